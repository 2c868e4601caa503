namespace ActorEvents.Events;

/// <summary>
/// Where an event was made, not where it was read: an origin id and a number that grows, e.g. file id + line. An event whose number is not
/// above the mark that its entity keeps has had its effect already. On the wire: extensions <c>aeorigin</c> and <c>aesequence</c>.
/// </summary>
public readonly record struct EventOrigin(string Id, long Number)
{
    /// <summary>CloudEvents extension that carries <see cref="Id"/>.</summary>
    public const string IdAttribute = "aeorigin";

    /// <summary>CloudEvents extension that carries <see cref="Number"/> as a decimal string (CloudEvents integers have 32 bits).</summary>
    public const string NumberAttribute = "aesequence";
}
