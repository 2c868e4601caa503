namespace ActorEvents.Relay;

/// <summary>Records of one topic that were handed to the destination together.</summary>
/// <param name="UpTo">The topic's place once they are acknowledged.</param>
/// <param name="Bytes">Of the rows that they are from, which stay in memory until then.</param>
/// <param name="Done">Completes with what was refused for good.</param>
internal sealed record RelayList(IReadOnlyList<RelayRecord> Records, long UpTo, long Bytes, Task<IReadOnlyList<RelayRefusal>> Done);
