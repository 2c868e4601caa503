namespace ActorEvents.Tests.Journal.Faults;

/// <summary>Told by each <see cref="FaultEntity"/> what the journal has told it. Thread-safe.</summary>
internal interface IFaultLog
{
    /// <summary>The row with this text is durable.</summary>
    void Durable(string text);

    /// <summary>The row with this text is not written and will not be.</summary>
    void Refused(string text, string cause);

    /// <summary>What was recovered is wrong.</summary>
    void Broken(string what);
}
