using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ActorEvents.Web.Admin.Commands;
using Akka.Configuration.Hocon;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>sys</c>: the process.</summary>
internal static partial class SysPalette
{
    public static CommandPalette Of(NodeParts node)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime.ToUniversalTime());
        return new CommandPalette(
            "sys",
            "The process of a node.",
            new CommandDefinition("info", "Memory, threads, processors, garbage collections.", (_, output, _) => InfoAsync(output))
            {
                PerNode = true,
                Columns =
                [
                    new("pid", ColumnType.Integer), new("workingSet", ColumnType.Bytes) { Title = "WORKING SET" }, new("heap", ColumnType.Bytes), new("cpu", ColumnType.Duration),
                    new("threads", ColumnType.Integer), new("poolQueue", ColumnType.Integer) { Title = "POOL QUEUE" }, new("gen2", ColumnType.Integer), new("gcPause", ColumnType.Duration) { Title = "GC PAUSE" },
                    new("processors", ColumnType.Integer), new("machine") { Wide = true }, new("os") { Wide = true },
                ],
                Counted = ("node", "nodes"),
            },
            new CommandDefinition("version", "Versions of ActorEvents, Akka and .NET.", (_, output, _) => VersionAsync(output))
            {
                PerNode = true,
                Columns = [new("product"), new("akka"), new("dotnet")],
                Counted = ("node", "nodes"),
            },
            new CommandDefinition("uptime", "Since when nodes run.", (_, output, _) => UptimeAsync(node, started, output))
            {
                PerNode = true,
                Columns = [new("started", ColumnType.Time), new("uptime", ColumnType.Duration), new("state")],
                Counted = ("node", "nodes"),
            },
            new CommandDefinition("config", "Settings, and Akka's configuration below a path. Secrets are not shown.", (call, output, _) => ConfigAsync(node, call.Text("path"), output))
            {
                PerNode = true,
                Parameters = [new("path") { Positional = true, Summary = "Beginning of the settings' names, e.g. relay; akka.cluster for Akka's. Without it all settings of the node." }],
                Columns = [new("key"), new("value"), new("origin")],
                Examples = ["sys config relay", "sys config akka.cluster.split-brain-resolver"],
            });
    }

    internal static string Masked(string key, string value) => Secret().IsMatch(key) ? "(not shown)" : value;

    private static async Task InfoAsync(ICommandOutput output)
    {
        using var process = Process.GetCurrentProcess();
        await output.RowAsync(
            Environment.ProcessId, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false), process.TotalProcessorTime, process.Threads.Count, ThreadPool.PendingWorkItemCount,
            GC.CollectionCount(2), GC.GetTotalPauseDuration(), Environment.ProcessorCount, Environment.MachineName, RuntimeInformation.OSDescription);
    }

    private static async Task VersionAsync(ICommandOutput output) =>
        await output.RowAsync(Version(typeof(Hosting.ActorEventsNode)), Version(typeof(Akka.Actor.ActorSystem)), Environment.Version.ToString());

    private static string Version(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    private static async Task UptimeAsync(NodeParts node, DateTimeOffset started, ICommandOutput output) =>
        await output.RowAsync(started, node.Time.GetUtcNow() - started, node.Node.State.ToString());

    private static async Task ConfigAsync(NodeParts node, string? path, ICommandOutput output)
    {
        var rows = path is null || !IsAkka(path)
            ? node.Settings().Where(s => path is null || Below(s.Key, path)).ToList()
            : [.. Akka(node, path)];
        if (rows.Count == 0 && path is not null)
        {
            throw new CommandException(CommandExit.NotFound, $"There is no setting '{path}'; {CommandNames.Some(path, node.Settings().Select(s => s.Key))}.", "path");
        }

        foreach (var (key, value, origin) in rows)
        {
            await output.RowAsync(key, Masked(key, value), origin);
        }
    }

    private static IEnumerable<(string Key, string Value, string Origin)> Akka(NodeParts node, string path)
    {
        var config = node.Cluster.System.Settings.Config;
        HoconValue? value;
        try
        {
            value = config.HasPath(path) ? config.GetValue(path) : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new CommandException(CommandExit.BadData, $"'{path}' is no path of a configuration: {e.Message}", "path");
        }

        return value is null ? [] : Walk(path, value);
    }

    private static IEnumerable<(string Key, string Value, string Origin)> Walk(string path, HoconValue value) => value.IsObject()
        ? value.GetObject().Items.OrderBy(i => i.Key, StringComparer.Ordinal).SelectMany(i => Walk($"{path}.{i.Key}", i.Value))
        : [(path, value.IsArray() ? $"[{string.Join(", ", value.GetArray().Select(v => v.IsString() ? v.GetString() : v.ToString()))}]" : value.GetString(), "akka")];

    private static bool IsAkka(string path) => path == "akka" || path.StartsWith("akka.", StringComparison.Ordinal);

    private static bool Below(string key, string path) => key == path || key.StartsWith(path + ".", StringComparison.Ordinal);

    [GeneratedRegex("password|secret|token(?!-file)|connection-string|credential|passphrase|private-key", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
