using System.Globalization;

namespace ActorEvents.Journal.Writing;

/// <summary>The journal has lost rows that were told durable: it was restored while the node ran, or a standby took over without the last commits.</summary>
internal sealed class JournalWentBackException(string journal, long ordering) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"The {journal} has lost row {ordering}, which it had told durable: it was restored from a back-up, or a standby took over without the last commits. What this node has in memory follows from rows that are gone, so it ends. Start it again: it goes on from what the journal holds, and what it publishes from now on bears a new epoch."));
