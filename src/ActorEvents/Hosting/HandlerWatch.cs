using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Subscriptions;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>
/// Compares the handler types of this node with those of the others, and has the group hold back what it lacks. Another node that starts asks by the text of a role whether that is so, and
/// reads nothing before. Subscriptions hear from it that a member leaves. A handler type of a node that left in an orderly way is forgotten with it; one of a node that was lost is not, for it may come back.
/// </summary>
internal sealed class HandlerWatch : ReceiveActor
{
    /// <summary>Where other nodes ask.</summary>
    public const string Name = "handlers";

    /// <summary>The answers to a role's text; plain numbers need no serializer.</summary>
    public const int No = 0, Yes = 1;

    private readonly IReadOnlyList<HandlerDefinition> _own;
    private readonly ILogger _log;
    private readonly Dictionary<UniqueAddress, Member> _members = [];
    private readonly HashSet<(string Name, string Selector)> _lost = [];
    private IReadOnlyList<MissingHandler> _missing = [];
    private IActorRef? _group;
    private bool _begun;
    private HoldBack? _asked;
    private bool _held = true;

    public HandlerWatch(IReadOnlyList<HandlerDefinition> own, ILogger log)
    {
        (_own, _log) = (own, log);
        Receive<ClusterEvent.CurrentClusterState>(m =>
        {
            foreach (var member in m.Members)
            {
                _members[member.UniqueAddress] = member;
            }

            Compare();
        });
        Receive<ClusterEvent.MemberRemoved>(m => Gone(m.Member, lost: m.PreviousStatus == MemberStatus.Down));
        Receive<ClusterEvent.MemberExited>(m => Gone(m.Member, lost: false));
        Receive<ClusterEvent.IMemberEvent>(m =>
        {
            Context.System.EventStream.Publish(MembersChanged.Instance);
            _members[m.Member.UniqueAddress] = m.Member;
            Compare();
        });
        Receive<Begin>(_ =>
        {
            _begun = true;
            Sender.Tell(new Missing(_missing));
        });
        Receive<Attach>(m =>
        {
            _group = m.Group;
            Ask();
        });
        Receive<HeldBack>(m => _held |= ReferenceEquals(m.Now, _asked));
        Receive<string>(role => Sender.Tell(_held && Knows(role) ? Yes : No));
    }

    public static Props Props(IReadOnlyList<HandlerDefinition> own, ILogger log) => Akka.Actor.Props.Create(() => new HandlerWatch(own, log));

    protected override void PreStart() =>
        Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(ClusterEvent.IMemberEvent));

    protected override void PostStop() => Cluster.Get(Context.System).Unsubscribe(Self);

    private bool Knows(string role) => _own.Any(h => NodeRoles.Takes(h) == role) || _members.Values.Any(m => m.Roles.Contains(role));

    private void Gone(Member member, bool lost)
    {
        // Also of one that was not a member to this node any more: its regions are known to be gone only now.
        Context.System.EventStream.Publish(MembersChanged.Instance);
        if (!_members.Remove(member.UniqueAddress))
        {
            return;
        }

        foreach (var takes in NodeRoles.TakesOf(member.Roles))
        {
            _ = lost ? _lost.Add(takes) : _lost.Remove(takes);
        }

        Compare();
    }

    private void Compare()
    {
        var taken = _members.Values.SelectMany(m => NodeRoles.TakesOf(m.Roles)).Concat(_lost).Distinct();
        MissingHandler[] missing = [.. taken.Where(t => !_own.Any(h => h.StoredName == t.Name && h.Selector.Text == t.Selector)).Order().Select(Lacking)];
        var text = string.Join("; ", missing.AsEnumerable());
        if (text == string.Join("; ", _missing))
        {
            return;
        }

        _missing = missing;
        if (missing.Length > 0)
        {
            Log.HandlersDiffer(_log, text);
        }

        Ask();
    }

    private MissingHandler Lacking((string Name, string Selector) taken)
    {
        Member[] nodes = [.. _members.Values.Where(m => NodeRoles.TakesOf(m.Roles).Contains(taken))];
        return new MissingHandler(
            taken.Name,
            EventSelector.Parse(taken.Selector),
            _own.FirstOrDefault(h => h.StoredName == taken.Name)?.Selector,
            [.. nodes.Select(m => $"{m.Address.Host}:{m.Address.Port}").Order(StringComparer.Ordinal)],
            nodes.SelectMany(m => NodeRoles.SourcesOf(m.Roles)).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Before the group begins nothing is settled, so there is nobody to ask.</summary>
    private void Ask()
    {
        _held = !_begun;
        if (_group is not null)
        {
            _asked = new HoldBack(_missing);
            _group.Tell(_asked);
        }
    }

    /// <summary>Node → watch: the group is about to be made; answered with <see cref="Missing"/>.</summary>
    internal sealed record Begin
    {
        public static Begin Instance { get; } = new();
    }

    /// <summary>What is lacking now.</summary>
    internal sealed record Missing(IReadOnlyList<MissingHandler> Handlers);

    /// <summary>Node → watch: this is the group.</summary>
    internal sealed record Attach(IActorRef Group);
}
