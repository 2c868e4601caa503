using System.Globalization;
using System.Text.Json;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Web.Admin.Commands;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary>
/// <c>cluster-sharding</c>: each node asks its own regions. The coordinator's statistics are never asked for: with one silent region, or without a coordinator, they are empty, which looks like
/// nothing at all.
/// </summary>
internal static class ShardingPalette
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static CommandPalette Of(NodeParts node) => new(
        "cluster-sharding",
        "Shards and entities of handlers.",
        new CommandDefinition("list-regions", "Regions of each node.", (call, output, stop) => RegionsAsync(node, null, output, stop))
        {
            PerNode = true,
            Columns = [new("region"), new("shards", ColumnType.Integer), new("entities", ColumnType.Integer)],
            Counted = ("region", "regions"),
        },
        new CommandDefinition("region-stats", "Shards and entities of a region, node by node.", (call, output, stop) => StatsAsync(node, call.Text("region"), output, stop))
        {
            PerNode = true,
            Parameters = [Region(node) with { Summary = "Name of the handler; without it all." }],
            Columns = [new("region"), new("shards", ColumnType.Integer), new("entities", ColumnType.Integer)],
            Examples = ["cluster-sharding region-stats -r orders"],
        },
        new CommandDefinition("list-shards", "Shards of a region, with the node that has them.", (call, output, stop) => ShardsAsync(node, call.Text("region")!, output, stop))
        {
            PerNode = true,
            Parameters = [Region(node) with { Required = true }],
            Columns = [new("shard"), new("entities", ColumnType.Integer)],
            Counted = ("shard", "shards"),
            Examples = ["cluster-sharding list-shards -r orders"],
        },
        new CommandDefinition("list-entities", "Entities in memory, shard by shard, a page at a time.", (call, output, stop) => EntitiesAsync(node, call, output, stop))
        {
            Paged = true,
            Parameters = [Region(node) with { Required = true }, new("shard") { Short = "s", Summary = "Only of this shard." }],
            Columns = [new("shard"), new("key"), new("node")],
            Counted = ("entity", "entities"),
            Examples = ["cluster-sharding list-entities -r orders --limit 100"],
        },
        new CommandDefinition("find", "Shard and node of one entity, and whether it is in memory. Wakes nothing.", (call, output, stop) => FindAsync(node, call, output, stop))
        {
            Parameters = [Region(node) with { Required = true }, KeyPalette.Key],
            Columns = [new("region"), new("key"), new("shard"), new("node"), new("alive", ColumnType.Boolean)],
            Examples = ["cluster-sharding find -r orders 536365"],
        },
        new CommandDefinition("part-entities", "A node's entities behind a place.", (call, output, stop) => PartAsync(node, call, output, stop))
        {
            Hidden = true,
            PerNode = true,
            Parameters = [new("region") { Required = true }, new("shard"), new("after-shard"), new("after-key")],
            Columns = [new("shard"), new("key")],
        },
        new CommandDefinition("part-find", "Whether a shard, and an entity of it, is on a node.", (call, output, stop) => PartFindAsync(node, call, output, stop))
        {
            Hidden = true,
            PerNode = true,
            Parameters = [new("region") { Required = true }, new("shard") { Required = true }, new("key") { Required = true }],
            Columns = [new("shard"), new("alive", ColumnType.Boolean)],
        });

    /// <summary>The node that has the shard of a key; null: none, or not known.</summary>
    internal static async Task<string?> PartsOfAsync(NodeParts node, string handler, string key, ICommandOutput output, CancellationToken stop) =>
        (await WhereAsync(node, handler, KeyPalette.Checked(key), output, stop)).Node;

    private static CommandParameter Region(NodeParts node) => new("region") { Short = "r", Summary = "Name of the handler.", Values = () => node.Node.Handlers.Select(h => h.Name) };

    private static async Task<(string Shard, string? Node, bool Alive)> WhereAsync(NodeParts node, string handler, EntityKey key, ICommandOutput output, CancellationToken stop)
    {
        var shard = Place(node, handler, key).Shard;
        var found = await node.Parts.Value.AskAllAsync(
            "cluster-sharding", "part-find", new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = handler, ["shard"] = shard, ["key"] = key.Value }, 10, output, stop);

        // While a shard moves two nodes may have it; the one with the entity is the one that counts.
        return found.OrderByDescending(f => f.GetProperty("alive").GetBoolean()).Select(f => (shard, f.GetProperty("node").GetString(), f.GetProperty("alive").GetBoolean())).FirstOrDefault((shard, null, false));
    }

    private static (IActorRef Region, string EntityId, string Shard) Place(NodeParts node, string handler, EntityKey key)
    {
        HandlerPalette.Known(node, handler);
        return node.Node.PlaceOf(handler, key) ?? throw new CommandException(CommandExit.TimedOut, "This node has no regions yet.", hint: "Ask again.");
    }

    private static async Task<T> AskAsync<T>(NodeParts node, string handler, object question, CancellationToken stop)
    {
        try
        {
            return await Place(node, handler, new EntityKey("")).Region.Ask<T>(question, s_patience, stop);
        }
        catch (AskTimeoutException)
        {
            throw new CommandException(CommandExit.TimedOut, $"The region '{handler}' of this node did not answer within {s_patience.TotalSeconds:0} s.", hint: "Ask again.");
        }
    }

    private static async Task FailedAsync(IEnumerable<string> shards, ICommandOutput output)
    {
        foreach (var shard in shards)
        {
            await output.WarnAsync($"Shard {shard} did not answer: it is missing here.", partial: true);
        }
    }

    private static async Task RegionsAsync(NodeParts node, string? only, ICommandOutput output, CancellationToken stop)
    {
        foreach (var handler in node.Node.Handlers.Where(h => only is null || h.Name == only))
        {
            var stats = await AskAsync<ShardRegionStats>(node, handler.Name, GetShardRegionStats.Instance, stop);
            await output.RowAsync(handler.Name, stats.Stats.Count, stats.Stats.Values.Sum(v => (long)v));
            await FailedAsync(stats.Failed, output);
        }
    }

    private static async Task StatsAsync(NodeParts node, string? region, ICommandOutput output, CancellationToken stop)
    {
        if (region is not null)
        {
            HandlerPalette.Known(node, region);
        }

        foreach (var handler in node.Node.Handlers.Where(h => region is null || h.Name == region))
        {
            // A region that knows no coordinator answers with no regions at all; it cannot say whether its shards are still its own.
            if ((await AskAsync<CurrentRegions>(node, handler.Name, GetCurrentRegions.Instance, stop)).Regions.Count == 0)
            {
                throw new CommandException(CommandExit.TimedOut, $"The coordinator of region '{handler.Name}' is not known yet.", hint: "Ask again.");
            }

            await RegionsAsync(node, handler.Name, output, stop);
        }
    }

    private static async Task ShardsAsync(NodeParts node, string region, ICommandOutput output, CancellationToken stop)
    {
        var stats = await AskAsync<ShardRegionStats>(node, region, GetShardRegionStats.Instance, stop);
        foreach (var (shard, entities) in stats.Stats.OrderBy(s => Order(s.Key)))
        {
            await output.RowAsync(shard, entities);
        }

        await FailedAsync(stats.Failed, output);
    }

    private static async Task EntitiesAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var region = call.Text("region")!;
        HandlerPalette.Known(node, region);
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = region };
        if (call.Text("shard") is { } only)
        {
            if (Order(only) is not { } number || number >= node.Builder.Options.Events.Shards)
            {
                throw new CommandException(CommandExit.NotFound, $"There is no shard '{only}'; there are 0 to {node.Builder.Options.Events.Shards - 1}.", "shard");
            }

            arguments["shard"] = only;
        }

        if (call.Page is { } page)
        {
            (arguments["after-shard"], arguments["after-key"]) = Parse(page);
        }

        // Each node gives as many as are wanted, so the first ones of all are among them.
        var rows = await node.Parts.Value.AskAllAsync("cluster-sharding", "part-entities", arguments, call.Limit + 1, output, stop);
        var sorted = rows.Select(r => (Shard: Text(r, "shard"), Key: Text(r, "key"), Node: Text(r, "node")))
            .OrderBy(r => Order(r.Shard)).ThenBy(r => r.Key, StringComparer.Ordinal).DistinctBy(r => r.Key, StringComparer.Ordinal).ToList();
        foreach (var row in sorted.Take(call.Limit))
        {
            await output.RowAsync(row.Shard, row.Key, row.Node);
        }

        if (sorted.Count > call.Limit)
        {
            output.NextPage($"{sorted[call.Limit - 1].Shard}/{sorted[call.Limit - 1].Key}");
        }
    }

    private static async Task PartAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var state = await AskAsync<CurrentShardRegionState>(node, call.Text("region")!, GetShardRegionState.Instance, stop);
        var (fromShard, fromKey, only) = (Order(call.Text("after-shard")), call.Text("after-key") ?? "", call.Text("shard"));
        var entities = state.Shards.Where(s => only is null || s.ShardId == only).OrderBy(s => Order(s.ShardId)).SelectMany(s => s.EntityIds.Select(EntityRegion.KeyOf)
            .Where(k => fromShard is null || Order(s.ShardId) > fromShard || (Order(s.ShardId) == fromShard && string.CompareOrdinal(k, fromKey) > 0))
            .Order(StringComparer.Ordinal).Select(k => (s.ShardId, Key: k)));
        foreach (var (shard, key) in entities.Take(call.Limit))
        {
            await output.RowAsync(shard, key);
        }

        await FailedAsync(state.Failed, output);
    }

    private static async Task FindAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var (region, key) = (call.Text("region")!, KeyPalette.Checked(call.Text("key")!));
        var (shard, where, alive) = await WhereAsync(node, region, key, output, stop);
        await output.RowAsync(region, key.Value, shard, where, alive);
        if (where is null)
        {
            await output.TextAsync($"Shard {shard} is on no node that answered: it gets one with the first event of one of its keys.");
        }
    }

    private static async Task PartFindAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var state = await AskAsync<CurrentShardRegionState>(node, call.Text("region")!, GetShardRegionState.Instance, stop);
        if (state.Shards.FirstOrDefault(s => s.ShardId == call.Text("shard")) is { } shard)
        {
            await output.RowAsync(shard.ShardId, shard.EntityIds.Contains(EntityRegion.IdOf(new EntityKey(call.Text("key")!))));
        }

        await FailedAsync(state.Failed.Where(f => f == call.Text("shard")), output);
    }

    private static (string Shard, string Key) Parse(string page) => page.Split('/', 2) is [var shard, var key] && Order(shard) is not null
        ? (shard, key)
        : throw new CommandException(CommandExit.BadData, $"'{page}' is no page of this command.", "page", "Give what the end of the page before says.");

    private static int? Order(string? shard) => int.TryParse(shard, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
