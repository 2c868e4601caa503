using ActorEvents.Web.Admin.Frames;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>Runs on this node what another one asks for.</summary>
internal interface INodeCommands
{
    /// <summary>Whether it goes on until it is cancelled.</summary>
    bool IsStream(RunCall call);

    /// <summary>All frames, the end included, whatever happens; throws nothing but that it was cancelled.</summary>
    Task RunHereAsync(RunCall call, IFrameSink sink, CancellationToken stop);
}
