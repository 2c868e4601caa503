using ActorEvents.Aectl.Connections;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Running;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Local;

internal static class ContextCommands
{
    public static int Run(Invocation invocation, ConnectionOptions connection, Destination to, Terminal terminal)
    {
        var file = ContextFile.Of(terminal).Load();
        var name = invocation.Text("name");
        switch (invocation.Command.Name)
        {
            case "add":
                Add(file, name!, invocation.Text("address"), connection);
                return ExitCodes.Ok;
            case "use":
                file.Get(name!, "context use");
                file.Use(name);
                return ExitCodes.Ok;
            case "rm":
                file.Get(name!, "context rm");
                file.Contexts.Remove(name!);
                file.Use(file.Current == name ? null : file.Current);
                return ExitCodes.Ok;
            default:
                return LocalRows.Write(invocation, to, terminal.Time, file.Contexts.Values.Select(c => new object?[] { c.Name, c.Socket ?? c.Host, c.TokenFile, c.Name == file.Current }));
        }
    }

    private static void Add(ContextFile file, string name, string? address, ConnectionOptions connection)
    {
        var host = address ?? connection.Host;
        if ((host is null) == (connection.Socket is null) || (address is not null && connection.Host is not null))
        {
            throw ConsoleFailure.Usage("A context is one address or one socket.", "For example: aectl context add prod 127.0.0.1:9110 --token-file prod.token, or aectl context add here --socket PATH.");
        }

        file.Contexts[name] = new Context(
            name, connection.Socket is { } socket ? Endpoint.AtSocket(socket, "--socket").Socket : null, host is null ? null : Endpoint.AtHost(host, "address").Name,
            connection.TokenFile is { } token ? Path.GetFullPath(token) : null);
        file.Save();
    }
}
