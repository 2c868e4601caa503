namespace ActorEvents.Kafka.Embedded;

/// <summary>The embedded broker cannot be started as asked. The message names the value and the setting to change.</summary>
internal sealed class EmbeddedBrokerException : Exception
{
    /// <param name="message">What happened, the value, the setting.</param>
    /// <param name="inner">What the system said.</param>
    public EmbeddedBrokerException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
