using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Local;

/// <summary>The commands that aectl has by itself, defined as those of nodes are.</summary>
internal static class LocalCommands
{
    private static readonly Parameter Name = new() { Name = "name", Positional = true, Required = true, Summary = "the context's name" };

    public static readonly Palette Context = new()
    {
        Name = "context",
        Summary = "nodes with names of yours",
        Commands =
        [
            new()
            {
                Name = "add", Summary = "store where a node is: --host or --socket, and --token-file", Effect = "write",
                Parameters = [Name, new() { Name = "address", Positional = true, Summary = "HOST:PORT" }],
                Examples = ["context add prod 127.0.0.1:9110 --token-file prod.token"],
            },
            new() { Name = "use", Summary = "go there from now on", Effect = "write", Parameters = [Name], Examples = ["context use prod"] },
            new() { Name = "list", Summary = "what is stored", Columns = [Text("name"), Text("address"), Text("tokenFile", "TOKEN FILE"), new() { Name = "current", Title = "CURRENT", Type = "boolean" }] },
            new() { Name = "rm", Summary = "forget one", Effect = "write", Parameters = [Name], Examples = ["context rm prod"] },
        ],
    };

    public static readonly CommandDefinition Nodes = new()
    {
        Name = "nodes",
        Summary = "nodes of this user on this machine",
        Columns = [Text("system"), new() { Name = "pid", Title = "PID", Type = "integer" }, Text("node"), Text("socket"), Text("tcp"), new() { Name = "startedAt", Title = "STARTED", Type = "time" }],
    };

    public static readonly CommandDefinition WhoAmI = new() { Name = "whoami", Summary = "as whom, and with which role, the node knows you", Columns = [Text("user"), Text("role"), Text("node"), Text("system"), Text("product"), Text("version")] };

    public static readonly CommandDefinition Commands = new()
    {
        Name = "commands",
        Summary = "all commands of the node",
        Columns = [Text("palette"), Text("command"), Text("effect"), new() { Name = "streaming", Title = "STREAMING", Type = "boolean" }, Text("form"), Text("summary")],
    };

    public static readonly CommandDefinition Explain = new()
    {
        Name = "explain",
        Summary = "what an error code or an exit code means",
        Parameters = [new() { Name = "code", Positional = true, Summary = "such as not-found or 66" }],
        Columns = [new() { Name = "exit", Title = "EXIT", Type = "integer" }, Text("code"), Text("meaning"), Text("next")],
        Examples = ["explain output-incomplete", "explain 69"],
    };

    public static readonly CommandDefinition Completion = new()
    {
        Name = "completion",
        Summary = "a script that completes aectl in your shell",
        Parameters = [new() { Name = "shell", Positional = true, Required = true, Kind = "choice", Choices = ["bash", "zsh", "fish", "pwsh"] }],
        Examples = ["completion bash > ~/.local/share/bash-completion/completions/aectl"],
    };

    public static readonly CommandDefinition Help = new()
    {
        Name = "help",
        Summary = "palettes, commands and their switches",
        Parameters = [new() { Name = "palette", Positional = true }, new() { Name = "command", Positional = true }],
        Examples = ["help", "help cluster", "help cluster show"],
    };

    /// <summary>Commands without a palette.</summary>
    public static readonly IReadOnlyList<CommandDefinition> Single = [Help, WhoAmI, Nodes, Commands, Explain, Completion];

    public static readonly IReadOnlySet<string> SingleNames = Single.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);

    private static Column Text(string name, string? title = null) => new() { Name = name, Title = title ?? name.ToUpperInvariant() };
}
