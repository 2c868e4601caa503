using ActorEvents.Serializers;
using Akka.Actor;
using Akka.Configuration;
using Google.Protobuf;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>Akka's serializer for what passes between the admin services of two nodes.</summary>
internal sealed class AdminSerializer(ExtendedActorSystem system) : FixedManifestSerializer(system)
{
    /// <summary>On the wire between nodes of one cluster: never to be changed.</summary>
    public const int Id = 714;

    internal const string RunManifest = "ae.admin.run.1";

    internal const string CancelManifest = "ae.admin.cancel.1";

    internal const string FramesManifest = "ae.admin.frames.1";

    /// <summary>Serializer and bindings for <c>akka.actor</c>.</summary>
    public static Config Configuration => Bind<AdminSerializer>("actor-events-admin", Id, typeof(RunCall), typeof(CancelCall), typeof(CallFrames));

    public override int Identifier => Id;

    protected override string? ManifestOf(object message) => message switch
    {
        RunCall => RunManifest,
        CancelCall => CancelManifest,
        CallFrames => FramesManifest,
        _ => null,
    };

    protected override byte[]? Write(object message) => message switch
    {
        RunCall run => new Wire.Run
        {
            Id = run.Id,
            Request = UnsafeByteOperations.UnsafeWrap(run.Request),
            User = run.User,
            Role = run.Role,
            From = run.From,
            Part = run.Part,
        }.ToByteArray(),
        CancelCall cancel => new Wire.Cancel { Id = cancel.Id }.ToByteArray(),
        CallFrames frames => new Wire.Frames { Id = frames.Id, Lines = UnsafeByteOperations.UnsafeWrap(frames.Lines), Last = frames.Last }.ToByteArray(),
        _ => null,
    };

    protected override object? Read(byte[] bytes, string manifest) => manifest switch
    {
        RunManifest => Wire.Run.Parser.ParseFrom(bytes) is var run ? new RunCall(run.Id, run.Request.Memory, run.User, run.Role, run.From, run.Part) : null,
        CancelManifest => new CancelCall(Wire.Cancel.Parser.ParseFrom(bytes).Id),
        FramesManifest => Wire.Frames.Parser.ParseFrom(bytes) is var frames ? new CallFrames(frames.Id, frames.Lines.Memory, frames.Last) : null,
        _ => null,
    };
}
