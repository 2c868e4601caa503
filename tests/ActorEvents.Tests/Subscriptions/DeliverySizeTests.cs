using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Subscriptions;

namespace ActorEvents.Tests.Subscriptions;

/// <summary>A message above the remote frame is dropped by the transport, so a delivery of that size would be sent again for ever.</summary>
public sealed class DeliverySizeTests
{
    private static readonly StreamId Stream = StreamId.ForPartition("shop", "shop.order-lines", "V0Yy0gU4QoS6j9iK1l2m3A", 11);

    [Theory]
    [InlineData(100)]
    [InlineData(4_000)]
    [InlineData(4_090)]
    [InlineData(12_000)]
    [InlineData(1024 * 1024)]
    public void A_full_list_fits_into_the_remote_frame_whatever_its_attributes_weigh(int data)
    {
        var options = new ActorEventsOptions();
        var key = new EntityKey(new string('k', 40));
        var window = new DeliveryWindow(options.Delivery, TimeProvider.System);
        var session = new LaneSession(Stream, Akka.Actor.ActorRefs.Nobody, 0);
        for (var i = 0; i < 300; i++)
        {
            window.Add(session, key, FromFile(i, data, key.Value));
        }

        var delivery = window.Next(0)!;

        // Room for what the transport puts around it: two actor paths and the serializer's manifest.
        var frame = options.Delivery.MaxBytes + NodeHocon.FrameOverhead;
        var bytes = DeliveryCodec.Write(new Deliver(delivery.Key, delivery.Stream, delivery.Events)).Length;
        Assert.True(bytes + 2_048 <= frame, $"{delivery.Events.Length} events of {data} bytes make {bytes} bytes, the frame has {frame}");
    }

    /// <summary>As a file source makes them: attributes that were not on any wire count nothing in <see cref="EventEnvelope.Size"/>.</summary>
    private static EventEnvelope FromFile(int number, int data, string key) => new()
    {
        Id = $"{new string('f', 64)}/{number}",
        Source = "/files/orders-of-the-day",
        Type = "com.example.shop.order-line",
        DataContentType = "application/json",
        Data = new byte[data],
        Key = key,
        Origin = new EventOrigin(new string('f', 64), number),
        Position = new EventPosition(Stream, number),
        Size = data,
    };
}
