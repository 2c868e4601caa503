using System.Net.Sockets;
using ActorEvents.Journal.Stores;
using Akka.Actor;

namespace ActorEvents.Hosting;

/// <summary>Whether a node may form a cluster, or has to join one: the journal is the arbiter, for two clusters on one would have two entities of each key.</summary>
internal sealed class ClusterForming
{
    /// <summary>A record that is not written for so long is of a cluster that is gone; its nodes write it every two seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);
    private readonly IClusterStore _store;
    private readonly string _self;
    private readonly Func<Address, Task<Listening>> _listens;
    private readonly TimeProvider _time;
    private ClusterRecord? _seen;
    private long _seenAt;
    private bool _beats;

    /// <param name="self">This member as it stands in the record.</param>
    public ClusterForming(IClusterStore store, string self, TimeProvider time)
        : this(store, self, ListensAsync, time)
    {
    }

    internal ClusterForming(IClusterStore store, string self, Func<Address, Task<Listening>> listens, TimeProvider time) =>
        (_store, _self, _listens, _time) = (store, self, listens, time);

    /// <summary>Looks at the record.</summary>
    public async Task<ClusterOnJournal> LookAsync(CancellationToken cancellationToken)
    {
        var record = await _store.ReadAsync(cancellationToken);
        if (record is null || !record.Equals(_seen))
        {
            (_beats, _seen, _seenAt) = (_seen is not null, record, _time.GetTimestamp());
        }

        // What bore this node's address is gone: the address is this node's now.
        Address[] others = [.. (record?.Members ?? []).Select(ClusterRecord.AddressOf).Where(a => a != ClusterRecord.AddressOf(_self)).Select(Address.Parse)];
        if (others.Length == 0 || _time.GetElapsedTime(_seenAt) >= Patience)
        {
            return new ClusterOnJournal(record, [], Beats: false);
        }

        var listening = await Task.WhenAll(others.Select(_listens));
        return new ClusterOnJournal(record, listening.All(l => l == Listening.Refused) ? [] : others, _beats);
    }

    /// <summary>Takes the journal for a cluster of this node; false: another one was faster, or the cluster that seemed gone has written again.</summary>
    public Task<bool> ClaimAsync(ClusterOnJournal seen, CancellationToken cancellationToken) =>
        _store.ReplaceAsync(seen.Record, new ClusterRecord((seen.Record?.Beat ?? 0) + 1, _self, [_self]), cancellationToken);

    /// <summary>Whether somebody listens at an address: a process that is gone refuses, one that is frozen does not.</summary>
    public static async Task<Listening> ListensAsync(Address address)
    {
        using var patience = new CancellationTokenSource(s_connect, TimeProvider.System);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address.Host!, address.Port ?? 0, patience.Token);
            return Listening.Yes;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Listening.Refused;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return Listening.Unknown;
        }
    }
}

/// <summary>What is found at an address.</summary>
internal enum Listening
{
    Yes,
    Refused,

    /// <summary>No answer, or no such host.</summary>
    Unknown,
}

/// <summary>The cluster that works on the journal.</summary>
/// <param name="Record">Null: there never was one.</param>
/// <param name="Alive">Members that may be alive; none: a cluster may be formed.</param>
/// <param name="Beats">It has written since it was first looked at.</param>
internal sealed record ClusterOnJournal(ClusterRecord? Record, IReadOnlyList<Address> Alive, bool Beats);
