using System.Text.Json;
using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using ActorEvents.Web.Admin.Logs;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Access;

/// <summary>One attempt to change something, refused ones included.</summary>
/// <param name="Arguments">As given; secrets masked.</param>
/// <param name="Exit">How it ended.</param>
/// <param name="Ms">How long it took.</param>
internal sealed record AuditEntry(
    string At, string User, string Role, string From, string Node, string Palette, string Command, IReadOnlyDictionary<string, string> Arguments, string? Target, bool DryRun, string? Reason, string? RequestId, int Exit, string? Problem, long Ms);

/// <summary>
/// Who changed what: a line of JSON each in a file, and the last ones in memory. A file that cannot be written keeps nobody from helping a node that is in trouble (its disk may be
/// full); the log says it then.
/// </summary>
/// <param name="file">Null: only in memory.</param>
internal sealed class AuditLog(string? file, ILogger log)
{
    /// <summary>Entries that are kept in memory.</summary>
    public const int Capacity = 1_000;

    private readonly Lock _lock = new();
    private readonly Queue<AuditEntry> _last = [];

    public string? File => file;

    /// <summary>The last ones, oldest first.</summary>
    public IReadOnlyList<AuditEntry> Last
    {
        get
        {
            lock (_lock)
            {
                return [.. _last];
            }
        }
    }

    public void Add(AuditEntry entry)
    {
        lock (_lock)
        {
            _last.Enqueue(entry);
            if (_last.Count > Capacity)
            {
                _last.Dequeue();
            }

            if (file is null)
            {
                return;
            }

            try
            {
                var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                using var stream = new FileStream(file, options);
                stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, FrameLine.Json), (byte)'\n']);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.AuditNotWritten(log, file, e.Message, entry.User, entry.Palette, entry.Command, entry.Exit);
            }
        }
    }

    /// <summary>Arguments as they may be stored.</summary>
    public static IReadOnlyDictionary<string, string> Masked(CommandDefinition command, JsonElement? arguments) => arguments is not { ValueKind: JsonValueKind.Object } given
        ? new Dictionary<string, string>(StringComparer.Ordinal)
        : given.EnumerateObject().GroupBy(a => a.Name, StringComparer.Ordinal).ToDictionary(
            a => a.Key,
            a => command.Parameters.Any(p => p.Name == a.Key && p.Secret) ? "(not shown)" : string.Join(", ", a.Select(v => v.Value.ToString())),
            StringComparer.Ordinal);
}
