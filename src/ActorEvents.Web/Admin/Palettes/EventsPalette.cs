using System.Text;
using System.Text.Unicode;
using ActorEvents.Events;
using ActorEvents.Observers;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>events</c>: what flows through. Watched by an observer, which the data path does not wait for.</summary>
internal static class EventsPalette
{
    private const int MostText = 4_096;

    public static CommandPalette Of(NodeParts node) => new(
        "events",
        "Events as they flow through nodes.",
        new CommandDefinition("tail", "Events as sources emit them. What is not read in time is dropped and counted; handling never waits for it.", (call, output, stop) => TailAsync(node, call, output, stop))
        {
            Streaming = true,
            PerNode = true,
            Parameters =
            [
                new("type") { Multiple = true, Summary = "CloudEvents type; may end in *." },
                new("source") { Multiple = true, Summary = "CloudEvents source; may end in *." },
                new("key") { Summary = "Only of this key." },
                new("match") { Summary = "Only events whose data has this text." },
                new("sample", ParameterKind.Integer) { Min = 1, Max = 1_000_000, Default = "1", Summary = "Every how many-th event." },
                new("until-count", ParameterKind.Integer) { Short = "n", Min = 1, Summary = "Ends after so many of a node." },
                new("data", ParameterKind.Flag) { Summary = "With the data, the first 4,096 characters of it." },
            ],
            Columns =
            [
                new("stream"), new("position", ColumnType.Integer), new("type"), new("key"), new("bytes", ColumnType.Bytes), new("data"),
                new("id") { Wide = true }, new("source") { Wide = true }, new("time") { Wide = true },
            ],
            Counted = ("event", "events"),
            Examples = ["events tail --type 'order.*' --data", "events tail --sample 100"],
        });

    private static async Task TailAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var (key, match, sample, most) = (call.Text("key"), call.Text("match"), call.Integer("sample")!.Value, call.Integer("until-count") ?? long.MaxValue);
        var wanted = match is null ? [] : Encoding.UTF8.GetBytes(match);
        var (seen, shown) = (0L, 0L);
        await using var tail = node.Observers.Value.Observe("console", new ObserverOptions { Types = call.Texts("type"), Sources = call.Texts("source"), MaxEvents = 10_000 });
        await foreach (var e in tail.ReadAllAsync(stop))
        {
            output.Dropped(tail.Dropped);
            if ((key is null || e.Key == key) && (match is null || e.Data.Span.IndexOf(wanted) >= 0) && seen++ % sample == 0)
            {
                await output.RowAsync(e.Position.Stream.Name, e.Position.Number, e.Type, e.Key, e.Size, call.Flag("data") ? Text(e) : null, e.Id, e.Source, e.Time);
                if (++shown >= most)
                {
                    return;
                }
            }
        }
    }

    private static string? Text(EventEnvelope e)
    {
        if (!e.HasData)
        {
            return null;
        }

        var text = Utf8.IsValid(e.Data.Span) ? Encoding.UTF8.GetString(e.Data.Span) : Convert.ToBase64String(e.Data.Span);
        return text.Length <= MostText ? text : text[..MostText] + "…";
    }
}
