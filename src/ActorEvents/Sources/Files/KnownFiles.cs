using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;

namespace ActorEvents.Sources.Files;

/// <summary>How the reading of a followed file ended for good.</summary>
internal enum FileEnd
{
    /// <summary>It has not.</summary>
    None = 1,

    /// <summary>It was rotated away and read to its end.</summary>
    Rotated = 2,

    /// <summary>It was cut (copytruncate): what it held is gone, or stands in a copy.</summary>
    Cut = 3,
}

/// <param name="Numbers">Inodes under which it was read; none: it was never followed.</param>
internal sealed record KnownFile(FileIdentity Identity, CommittedPosition Position, IReadOnlyList<ulong> Numbers, FileEnd End);

/// <summary>
/// The files of a source that <c>ae_positions</c> knows: a row <c>SOURCE/ID/0</c> with the position, and of a followed one <c>SOURCE/ID/at-INODE</c>, whose number is its
/// <see cref="FileEnd"/>. Positions are only raised, and so is that.
/// </summary>
internal sealed class KnownFiles
{
    private const string At = "at-";

    private KnownFiles(IReadOnlyList<KnownFile> all) => All = all;

    public IReadOnlyList<KnownFile> All { get; }

    public static async Task<KnownFiles> ListAsync(string source, IPositionStore positions, CancellationToken cancellationToken)
    {
        var places = new Dictionary<string, (List<ulong> Numbers, FileEnd End)>(StringComparer.Ordinal);
        var streams = new List<(string Id, CommittedPosition Position)>();
        foreach (var row in await positions.ListAsync(source + "/", cancellationToken))
        {
            if (row.Stream[(source.Length + 1)..].Split('/') is not [var id, var what])
            {
                continue;
            }

            if (!what.StartsWith(At, StringComparison.Ordinal))
            {
                streams.Add((id, row));
            }
            else if (ulong.TryParse(what.AsSpan(At.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                var (numbers, end) = places.GetValueOrDefault(id, ([], FileEnd.None));
                numbers.Add(number);
                places[id] = (numbers, (FileEnd)Math.Max((long)end, row.Next));
            }
        }

        var all = new List<KnownFile>();
        foreach (var (id, position) in streams)
        {
            if (FileIdentity.Parse(id) is { } identity)
            {
                var (numbers, end) = places.GetValueOrDefault(id, ([], FileEnd.None));
                all.Add(new KnownFile(identity, position, numbers, end));
            }
        }

        return new KnownFiles(all);
    }

    /// <summary>The row that says where a followed file is and whether it is done with.</summary>
    public static CommittedPosition Row(string source, string id, ulong number, FileEnd end) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{source}/{id}/{At}{number}"), (long)end);

    /// <summary>A new id for a file of which none is known.</summary>
    public FileIdentity New(FileHead head)
    {
        var hash = head.HashOf(head.Length);
        var alike = All.Where(k => k.Identity.Hashed == head.Length && k.Identity.Hash == hash).Select(k => k.Identity.Generation).DefaultIfEmpty(-1).Max();
        return new FileIdentity(head.Length, alike + 1, hash);
    }
}
