using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Connections;

/// <summary>Which node, and with which token: flag, then AECTL_…, then the context in use, then the one node of this machine.</summary>
internal static class EndpointChoice
{
    public static (Endpoint Endpoint, string? Token) Choose(ConnectionOptions options, Terminal terminal)
    {
        var (endpoint, context) = ByFlag(options, terminal) ?? ByEnvironment(terminal) ?? ByContext(terminal) ?? (TheOnlyOne(terminal), null);
        return (endpoint, endpoint.Socket is null ? Token(options, context, terminal) : null);
    }

    private static (Endpoint, Context?)? ByFlag(ConnectionOptions options, Terminal terminal)
    {
        (string Name, string? Value)[] flags = [("--socket", options.Socket), ("--host", options.Host), ("--context", options.Context), ("the first argument", options.Address)];
        var given = flags.Where(f => f.Value is not null).ToArray();
        return given switch
        {
            [] => null,
            [("--socket", var path)] => (Endpoint.AtSocket(path!, "--socket"), null),
            [("--context", var name)] => Of(ContextFile.Of(terminal).Load().Get(name!, "--context")),
            [var (from, host)] => (Endpoint.AtHost(host!, from), null),
            _ => throw ConsoleFailure.Usage($"{string.Join(" and ", given.Select(g => g.Name))} all say which node.", "Give one of them."),
        };
    }

    private static (Endpoint, Context?)? ByEnvironment(Terminal terminal) =>
        terminal.Environment("AECTL_SOCKET") is { Length: > 0 } socket ? (Endpoint.AtSocket(socket, "AECTL_SOCKET"), null)
        : terminal.Environment("AECTL_HOST") is { Length: > 0 } host ? (Endpoint.AtHost(host, "AECTL_HOST"), null)
        : terminal.Environment("AECTL_CONTEXT") is { Length: > 0 } name ? Of(ContextFile.Of(terminal).Load().Get(name, "AECTL_CONTEXT"))
        : null;

    private static (Endpoint, Context?)? ByContext(Terminal terminal)
    {
        var file = ContextFile.Of(terminal).Load();
        return file.Current is { } name ? Of(file.Get(name, "the context in use")) : null;
    }

    private static (Endpoint, Context?) Of(Context context) =>
        (context.Socket is { } socket ? Endpoint.AtSocket(socket, $"context '{context.Name}'") : Endpoint.AtHost(context.Host ?? "", $"context '{context.Name}'"), context);

    private static Endpoint TheOnlyOne(Terminal terminal)
    {
        var folders = LocalNodes.Folders(terminal);
        var nodes = LocalNodes.Find(folders);
        return nodes switch
        {
            [var one] => Endpoint.AtSocket(one.Socket, "the one node here"),
            [] => throw ConsoleFailure.Unreachable(
                $"No node of this user runs here: {string.Join(" and ", folders)} hold{(folders.Count == 1 ? "s" : "")} no socket of a living process.",
                "Start a node with the admin service on, or say where one is: aectl --host HOST:PORT … or aectl --socket PATH …"),
            _ => throw ConsoleFailure.Usage(
                $"{nodes.Count} nodes run here:\n{string.Join('\n', nodes.Select(n => $"  --socket {n.Socket}   {n.Node}"))}",
                "Say which one with --socket PATH, with AECTL_SOCKET, or once for all: aectl context add NAME --socket PATH."),
        };
    }

    private static string? Token(ConnectionOptions options, Context? context, Terminal terminal)
    {
        if (options.TokenFile is { } flag)
        {
            return FromFile(flag, "--token-file");
        }

        if (terminal.Environment("AECTL_TOKEN") is { Length: > 0 } token)
        {
            return Checked(token.Trim(), "AECTL_TOKEN");
        }

        return terminal.Environment("AECTL_TOKEN_FILE") is { Length: > 0 } file ? FromFile(file, "AECTL_TOKEN_FILE")
            : context?.TokenFile is { } stored ? FromFile(stored, $"context '{context.Name}'")
            : null;
    }

    private static string FromFile(string path, string from)
    {
        try
        {
            return Checked(File.ReadAllText(path).Trim(), $"{path} ({from})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConsoleFailure(ExitCodes.BadConfiguration, "bad-configuration", $"The token file of {from} cannot be read: {e.Message}", "Give a file that holds the token alone, mode 0600.", inner: e);
        }
    }

    private static string Checked(string token, string from) => token.Length > 0 && token.All(c => c is > ' ' and <= '~')
        ? token
        : throw new ConsoleFailure(ExitCodes.BadConfiguration, "bad-configuration", $"{from} holds no token: one is of printable ASCII without blanks.", "Put the token, and nothing else, there.");
}
