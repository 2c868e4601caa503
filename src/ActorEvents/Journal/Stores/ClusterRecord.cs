using System.Globalization;

namespace ActorEvents.Journal.Stores;

/// <summary>The cluster that works on a journal, as one of its nodes has last written it.</summary>
/// <param name="Beat">Another number with each write.</param>
/// <param name="Writer">The member that wrote it.</param>
/// <param name="Members">Its members: address, '#' and the number of that incarnation. None: all have left in an orderly way.</param>
internal sealed record ClusterRecord(long Beat, string Writer, IReadOnlyList<string> Members)
{
    /// <summary>Null: that is none.</summary>
    public static ClusterRecord? Parse(string? text) =>
        text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var beat, var writer, .. var members] && long.TryParse(beat, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new ClusterRecord(number, writer, members)
            : null;

    /// <summary>The address of a member, without its incarnation.</summary>
    public static string AddressOf(string member) => member[..member.LastIndexOf('#')];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Beat} {Writer} {string.Join(' ', Members)}").TrimEnd();

    public bool Equals(ClusterRecord? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}

/// <summary>Where the cluster that works on a journal says so: the row <c>cluster</c> of <c>ae_meta</c>, written by compare-and-set.</summary>
internal interface IClusterStore
{
    /// <summary>Null: there never was a cluster.</summary>
    Task<ClusterRecord?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes a record in place of the one that was read; false: another node was faster.</summary>
    Task<bool> ReplaceAsync(ClusterRecord? expected, ClusterRecord record, CancellationToken cancellationToken);
}
