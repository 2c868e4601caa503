using System.Text;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Handlers;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Subscriptions;

/// <summary>A subscription alone: probes stand for region, lanes, dead-letter writer and group, and time goes on when the test says so.</summary>
public abstract class SubscriptionKit() : TestKit("akka.loglevel = OFF\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private protected const int Index = 3;
    private protected static readonly StreamId Stream = StreamId.ForPartition("list", "list", "id", 0);
    private protected static readonly StreamId OtherStream = StreamId.ForPartition("list", "list", "id", 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();
    private TestProbe? _region;
    private TestProbe? _deadLetters;
    private TestProbe? _group;

    private protected TestProbe Region => _region ??= CreateTestProbe();

    private protected TestProbe DeadLetters => _deadLetters ??= CreateTestProbe();

    private protected TestProbe Group => _group ??= CreateTestProbe();

    private protected IActorRef Subscription { get; private set; } = ActorRefs.Nobody;

    /// <summary>Starts it, for events of type <c>number</c>.</summary>
    private protected void Start(Func<EventEnvelope, string?>? keyedBy = null, DeliveryOptions? options = null)
    {
        var registration = new HandlerRegistration<Sum>("counter", new Emitter(_ => Decision.Nothing), 1_024).Handles("number");
        var handler = (keyedBy is null ? registration : registration.KeyedBy(keyedBy)).Build();
        var (region, deadLetters) = (Region.Ref, DeadLetters.Ref);
        Subscription = Group.ChildActorOf(Props.Create(() => new HandlerSubscription(
            Index, handler, region, deadLetters, options ?? new DeliveryOptions(), _time, NullLogger.Instance)));
    }

    private protected Lane Open(StreamId? stream = null) => new(this, stream ?? Stream);

    private protected static EventEnvelope Event(long number, string? key = "k", string type = "number", StreamId? stream = null, string data = "") => new()
    {
        Id = $"{number}",
        Source = "/list",
        Type = type,
        Key = key,
        Data = Encoding.UTF8.GetBytes(data),
        Position = new EventPosition(stream ?? Stream, number),
    };

    /// <summary>The next message to the region is this list.</summary>
    private protected void Delivered(string key, params long[] numbers) => Delivered(Stream, key, numbers);

    private protected void Delivered(StreamId stream, string key, params long[] numbers)
    {
        var delivery = Region.ExpectMsg<Deliver>(Patience);
        Assert.Equal((key, stream), (delivery.Key.Value, delivery.Stream));
        Assert.Equal(numbers, delivery.Events.Select(e => e.Position.Number));
    }

    private protected void Done(string key, long upTo, StreamId? stream = null) =>
        Subscription.Tell(new Done(new EntityKey(key), (stream ?? Stream).Name, upTo), Region);

    private protected void Resend(string key, StreamId? stream = null) => Subscription.Tell(new Resend(new EntityKey(key), (stream ?? Stream).Name), Region);

    private protected StoreDeadLetters ToStore() => DeadLetters.ExpectMsg<StoreDeadLetters>(Patience);

    private protected UnknownSession Failed() => Group.ExpectMsg<UnknownSession>(Patience);

    private protected void Advance(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>A probe has been sent nothing: the subscription has done all that it was told and what it then told itself, and the probe's next message is ours.</summary>
    private protected void Nothing(TestProbe probe)
    {
        for (var round = 0; round < 3; round++)
        {
            Subscription.Tell(new Identify(round), TestActor);
            ExpectMsg<ActorIdentity>(Patience);
        }

        probe.Ref.Tell("nothing");
        probe.ExpectMsg("nothing", Patience);
    }

    /// <summary>The lane of one session, as the subscription sees it.</summary>
    internal sealed class Lane
    {
        private readonly SubscriptionKit _kit;
        private long _sequence;

        public Lane(SubscriptionKit kit, StreamId stream)
        {
            _kit = kit;
            Probe = kit.CreateTestProbe();
            Session = new LaneSession(stream, Probe, 0);
            kit.Subscription.Tell(new OpenSession(Session), Probe);
            Assert.Equal(new SessionOpened(Session, Index), Probe.ExpectMsg<SessionOpened>(Patience));
        }

        public TestProbe Probe { get; }

        public LaneSession Session { get; }

        public void Emits(params EventEnvelope[] events) => _kit.Sys.EventStream.Publish(new Emitted(Session, _sequence++, events));

        /// <summary>Leaves one out.</summary>
        public void Loses() => _sequence++;

        /// <summary>These positions are settled next, in any order and in any number of messages.</summary>
        public void Settled(params long[] positions)
        {
            var settled = new List<long>();
            while (settled.Count < positions.Length)
            {
                var message = Probe.ExpectMsg<Settled>(Patience);
                Assert.Same(Session, message.Session);
                Assert.Equal(Index, message.Subscription);
                settled.AddRange(message.Positions);
            }

            Assert.Equal(positions, settled.Order());
        }

        public void Closes() => _kit.Subscription.Tell(new CloseSession(Session), Probe);
    }
}
