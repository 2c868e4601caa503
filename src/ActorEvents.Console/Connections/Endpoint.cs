using System.Globalization;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Connections;

/// <summary>Where a node's admin service listens, and who said so.</summary>
/// <param name="Socket">A unix socket's path; null: TCP.</param>
/// <param name="From">For messages: <c>--host</c>, <c>AECTL_SOCKET</c>, <c>context 'prod'</c>.</param>
internal sealed record Endpoint(string? Socket, string Host, int Port, string From)
{
    /// <summary>The port of a node that says <c>admin.port</c> and nothing else.</summary>
    public const int UsualPort = 9110;

    public string Name => Socket ?? (Host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}") : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}"));

    public bool IsLocal => Socket is not null || Host is "localhost" || (global::System.Net.IPAddress.TryParse(Host, out var address) && global::System.Net.IPAddress.IsLoopback(address));

    public static Endpoint AtSocket(string path, string from) => new(Path.GetFullPath(path), "", 0, from);

    /// <summary><c>host:port</c>, <c>[v6]:port</c> or <c>host</c>.</summary>
    /// <exception cref="ConsoleFailure">It is none of them (65).</exception>
    public static Endpoint AtHost(string text, string from)
    {
        var (host, port) = Split(text);
        return host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '%') && port is > 0 and <= ushort.MaxValue
            ? new Endpoint(null, host, port, from)
            : throw new ConsoleFailure(ExitCodes.BadData, "bad-data", $"'{text}' ({from}) is no address of a node.", "Give HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:9110.");
    }

    /// <summary>A first argument that can only be an address: no palette has a colon.</summary>
    public static bool LooksLikeAddress(string argument) => argument.Contains(':', StringComparison.Ordinal) && !argument.StartsWith('-');

    private static (string Host, int Port) Split(string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = text.IndexOf(':', end + 1);
        var host = end > 0 ? text[1..end] : colon >= 0 ? text[..colon] : text;
        return colon < 0 ? (host, UsualPort) : (host, int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : -1);
    }
}
