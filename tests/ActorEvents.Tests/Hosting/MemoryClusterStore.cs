using ActorEvents.Journal.Stores;

namespace ActorEvents.Tests.Hosting;

internal sealed class MemoryClusterStore : IClusterStore
{
    public ClusterRecord? Record { get; set; }

    public Task<ClusterRecord?> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(ClusterRecord.Parse(Record?.ToString()));

    public Task<bool> ReplaceAsync(ClusterRecord? expected, ClusterRecord record, CancellationToken cancellationToken)
    {
        var same = Equals(expected, Record);
        Record = same ? record : Record;
        return Task.FromResult(same);
    }
}
