namespace ActorEvents.Journal;

/// <summary>Told by entities that a row with outgoing events is durable. Must return at once; may be called from any thread.</summary>
internal interface IJournalSignal
{
    void Appended();
}
