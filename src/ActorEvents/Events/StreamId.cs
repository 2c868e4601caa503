using System.Globalization;

namespace ActorEvents.Events;

/// <summary>
/// One ordered log as one source reads it. The name holds the incarnation (source name + topic id + partition), so a topic that was
/// re-created is another stream. One instance per lane; events share it by reference.
/// </summary>
/// <param name="Name">Unique, stable over restarts, e.g. <c>orders/5L6g3nShT-eMCtK--X86sw/3</c>. Compared ordinally.</param>
/// <param name="OriginScope">
/// Where origin marks of this stream's events count: source, topic <em>name</em> and partition. An origin outlives the log that carried it.
/// </param>
public sealed record StreamId(string Name, string OriginScope)
{
    private readonly int _hash = Name.GetHashCode(StringComparison.Ordinal);
    private string? _destination;

    public string Name { get; } = Name;

    /// <summary>The stream of one Kafka partition.</summary>
    public static StreamId ForPartition(string source, string topic, string topicId, int partition) => new(
        string.Create(CultureInfo.InvariantCulture, $"{source}/{topicId}/{partition}"),
        string.Create(CultureInfo.InvariantCulture, $"{source}/{topic}/{partition}"))
    {
        Label = string.Create(CultureInfo.InvariantCulture, $"{topic}[{partition}]"),
    };

    /// <summary>For people, who know no ids: <c>shop.order-lines[2]</c>, a file's path, a timer's name.</summary>
    internal string Label { get; init; } = OriginScope;

    /// <summary>What is read, without source and partition: a topic's name. Attribute of metrics and spans.</summary>
    internal string Destination => _destination ??= OriginScope.IndexOf('/', StringComparison.Ordinal) is > 0 and var first && OriginScope.LastIndexOf('/') is var last && last > first
        ? OriginScope[(first + 1)..last]
        : OriginScope;

    /// <summary>The partition, or null.</summary>
    internal string? Partition => OriginScope.LastIndexOf('/') is > 0 and var last ? OriginScope[(last + 1)..] : null;

    public bool Equals(StreamId? other) => ReferenceEquals(this, other) || (other is not null && _hash == other._hash && string.Equals(Name, other.Name, StringComparison.Ordinal));

    /// <summary>Computed once: lanes and subscriptions look streams up for each event.</summary>
    public override int GetHashCode() => _hash;

    public override string ToString() => Name;
}
