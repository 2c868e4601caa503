using System.Runtime.Serialization;
using ActorEvents.Relay;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Relay;

public sealed class RelaySerializerTests : TestKit
{
    private static readonly RelayDestinationStatus[] Destinations =
    [
        new("orders", "5L6g3nShT-eMCtK--X86sw", 12, 3, null, null),
        new("stock", null, 0, 15, "re-created", "not authorized"),
    ];

    public RelaySerializerTests()
        : base(RelaySerializer.Configuration)
    {
    }

    public static TheoryData<string, object> Messages => new()
    {
        { "ae.relay.appended.1", JournalAppended.Instance },
        { "ae.relay.flush.1", new FlushRelay(TimeSpan.FromSeconds(10)) },
        { "ae.relay.flushed.1", new RelayFlushed(12, 15, Destinations, null) },
        { "ae.relay.flushed.1", new RelayFlushed(15, 15, [], "problem") },
        { "ae.relay.get-status.1", GetRelayStatus.Instance },
        { "ae.relay.status.1", new RelayStatus(12, 15, Destinations, "problem") },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_keeps_its_content_and_its_manifest(string manifest, object message)
    {
        var serializer = Assert.IsType<RelaySerializer>(Sys.Serialization.FindSerializerFor(message));
        Assert.Equal(713, serializer.Identifier);
        Assert.Equal(manifest, serializer.Manifest(message));
        Assert.Equivalent(message, Sys.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, manifest), strict: true);
    }

    [Fact]
    public void An_unknown_manifest_and_damaged_bytes_are_named()
    {
        var serializer = (RelaySerializer)Sys.Serialization.FindSerializerFor(JournalAppended.Instance);
        Assert.Contains("ae.relay.flush.2", Assert.Throws<SerializationException>(() => serializer.FromBinary([], "ae.relay.flush.2")).Message, StringComparison.Ordinal);
        Assert.Contains("3 bytes", Assert.Throws<SerializationException>(() => serializer.FromBinary([255, 255, 255], "ae.relay.flush.1")).Message, StringComparison.Ordinal);
    }
}
