namespace ActorEvents.Events.Codecs;

/// <summary>Takes the headers of a record, in their order.</summary>
internal interface IHeaderSink
{
    void Add(string name, string value);
}
