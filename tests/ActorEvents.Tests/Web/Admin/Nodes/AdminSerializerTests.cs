using System.Runtime.Serialization;
using System.Text;
using ActorEvents.Web.Admin.Nodes;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Web.Admin.Nodes;

public sealed class AdminSerializerTests : TestKit
{
    private static readonly byte[] s_request = Encoding.UTF8.GetBytes("""{"palette":"cluster","command":"show"}""");

    public AdminSerializerTests()
        : base(AdminSerializer.Configuration)
    {
    }

    /// <summary>With the bytes that a released node writes: other nodes of a cluster read them during an update.</summary>
    public static TheoryData<string, object, string> Messages => new()
    {
        { "ae.admin.run.1", new RunCall(7, s_request, "ops", "operator", "127.0.0.1", Part: true), "080712267b2270616c65747465223a22636c7573746572222c22636f6d6d616e64223a2273686f77227d1a036f707322086f70657261746f722a093132372e302e302e313001" },
        { "ae.admin.cancel.1", new CancelCall(7), "0807" },
        { "ae.admin.frames.1", new CallFrames(7, "{}\n"u8.ToArray(), Last: true), "080712037b7d0a1801" },
        { "ae.admin.frames.1", new CallFrames(8, ReadOnlyMemory<byte>.Empty, Last: false), "0808" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_keeps_its_content_its_manifest_and_its_bytes(string manifest, object message, string bytes)
    {
        var serializer = Assert.IsType<AdminSerializer>(Sys.Serialization.FindSerializerFor(message));
        Assert.Equal(714, serializer.Identifier);
        Assert.Equal(manifest, serializer.Manifest(message));
        Assert.Equal(bytes, Convert.ToHexStringLower(serializer.ToBinary(message)));
        Assert.Equal(Comparable(message), Comparable(Sys.Serialization.Deserialize(Convert.FromHexString(bytes), serializer.Identifier, manifest)));
    }

    [Fact]
    public void An_unknown_manifest_and_damaged_bytes_are_named()
    {
        var serializer = (AdminSerializer)Sys.Serialization.FindSerializerFor(new CancelCall(1));
        Assert.Contains("ae.admin.run.2", Assert.Throws<SerializationException>(() => serializer.FromBinary([], "ae.admin.run.2")).Message, StringComparison.Ordinal);
        Assert.Contains("3 bytes", Assert.Throws<SerializationException>(() => serializer.FromBinary([255, 255, 255], "ae.admin.run.1")).Message, StringComparison.Ordinal);
    }

    /// <summary>Memory is compared by reference.</summary>
    private static object Comparable(object message) => message switch
    {
        RunCall run => (run with { Request = default }, Convert.ToHexString(run.Request.Span)),
        CallFrames frames => (frames with { Lines = default }, Convert.ToHexString(frames.Lines.Span)),
        _ => message,
    };
}
