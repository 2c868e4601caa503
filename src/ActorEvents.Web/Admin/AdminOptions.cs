using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Logs;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin;

/// <summary>The admin service of a node: where it listens, and what it offers.</summary>
public sealed class AdminOptions
{
    /// <summary>Bytes of a socket's path that every system takes.</summary>
    internal const int MostSocketBytes = 103;

    private readonly List<Func<IServiceProvider, CommandPalette>> _palettes = [];

    /// <summary>
    /// <c>auto</c>: a socket in <c>$XDG_RUNTIME_DIR/actorevents</c>, else <c>/tmp/actorevents-UID</c> (on Windows: none). <c>off</c>: none. Else its path. Whoever can open it, which is the
    /// node's own user, may do everything. Default auto.
    /// </summary>
    [Required]
    public string Socket { get; set; } = "auto";

    /// <summary>Port for TCP, with a token; 0: any free one; −1: none. Default −1; usual is 9110.</summary>
    [Range(-1, 65_535)]
    public int Port { get; set; } = -1;

    /// <summary>Address for TCP; only the machine's own (loopback), as there is no TLS. Default 127.0.0.1.</summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Who may come over TCP; made at the first start. Default: <c>admin-tokens.json</c> in the folder.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>What changes something is refused. Default false.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>Who changed what, a line of JSON each. Default: <c>admin-audit.jsonl</c> in the folder.</summary>
    public string AuditFile { get; set; } = "";

    /// <summary>The last lines of the log, for <c>log peek</c>. The host's own log is heard without it; for loggers that are made before the host.</summary>
    public ILoggerProvider RecentLog => Ring;

    internal LogRing Ring { get; } = new(TimeProvider.System);

    /// <summary>Where files without a path of their own go; null: nowhere, so that the audit stays in memory and TCP needs <see cref="TokenFile"/>.</summary>
    internal string? Folder { get; private set; }

    /// <summary>Settings of the host, for <c>sys config</c>: name, value, where it comes from; secrets masked.</summary>
    internal Func<IReadOnlyList<(string Key, string Value, string Origin)>> Settings { get; private set; } = () => [];

    internal IReadOnlyList<Func<IServiceProvider, CommandPalette>> Palettes => _palettes;

    /// <summary>Adds a palette of the application's own.</summary>
    public AdminOptions AddPalette(CommandPalette palette) => AddPalette(_ => palette);

    /// <summary>Adds a palette that is made from the host's services when the node starts.</summary>
    public AdminOptions AddPalette(Func<IServiceProvider, CommandPalette> palette)
    {
        _palettes.Add(palette);
        return this;
    }

    /// <summary>Where token and audit files go that have no path of their own: the node's data folder.</summary>
    public AdminOptions UseFolder(string folder)
    {
        Folder = folder;
        return this;
    }

    /// <summary>What <c>sys config</c> shows of the host's settings.</summary>
    /// <param name="settings">Name, value, where it comes from. Secrets are to be masked already.</param>
    public AdminOptions ShowSettings(Func<IReadOnlyList<(string Key, string Value, string Origin)>> settings)
    {
        Settings = settings;
        return this;
    }

    /// <summary>What cannot be, with the value and the cure; null: nothing.</summary>
    public string? Problem() =>
        Socket is not ("auto" or "off") && Encoding.UTF8.GetByteCount(Path.GetFullPath(Socket)) is var bytes && bytes > MostSocketBytes
            ? $"admin.socket = '{Socket}' has a path of {bytes} bytes; a socket takes {MostSocketBytes}. Give a shorter one."
        : Port >= 0 && !IsLoopback(Host)
            ? $"admin.host = '{Host}' is not this machine's own address, and the admin service has no TLS yet: tokens would be readable on the network. Give 127.0.0.1, and reach it from elsewhere by ssh -L."
        : Port >= 0 && Folder is null && TokenFile.Length == 0
            ? "admin.port is set, but there is no folder for the token file. Give admin.token-file."
        : null;

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
