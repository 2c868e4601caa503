using ActorEvents.Journal.Stores;
using ActorEvents.Journal.Tail;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Relay;

/// <summary>What the relay of one journal works with.</summary>
/// <param name="JournalId">Origin id of everything that is published.</param>
/// <param name="Destination">Makes the broker's side, once for each time that the relay starts on this node; the relay disposes it.</param>
internal sealed record RelaySettings(
    string JournalId,
    JournalTail Tail,
    IRelayStore Store,
    IDeadLetterStore DeadLetters,
    Func<IRelayDestination> Destination,
    RelayOptions Options,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Orderings behind which what is published bears another epoch.</summary>
    public IReadOnlyList<long> Restores { get; init; } = [];

    /// <summary>The relay runs on one of the nodes with this role; null: on one of all.</summary>
    public string? Role { get; init; }

    /// <summary>Attribute <c>source</c> of what is published.</summary>
    public string Source => Options.Source is { Length: > 0 } source ? source : $"/actor-events/{JournalId}";
}

/// <summary>A newer relay has the lease: what this one stores is refused from now on.</summary>
internal sealed class RelayLeaseLostException(string message) : Exception(message)
{
    public RelayLeaseLostException(long epoch)
        : this($"another relay has taken the lease of this journal (this one's epoch is {epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)})")
    {
    }
}

/// <summary>A row that must not be skipped cannot be read.</summary>
internal sealed class RelayBlockedException(string message) : Exception(message);
