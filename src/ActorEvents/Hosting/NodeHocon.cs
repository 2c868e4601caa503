using System.Globalization;
using Akka.Configuration;

namespace ActorEvents.Hosting;

/// <summary>The actor system's configuration as the runtime needs it.</summary>
internal static class NodeHocon
{
    /// <summary>Room in a remote frame beside the largest event.</summary>
    public const int FrameOverhead = 16 * 1024;

    /// <param name="roles">See <see cref="NodeRoles"/>.</param>
    public static Config For(ActorEventsOptions options, IEnumerable<string> roles)
    {
        var cluster = options.Cluster;
        var frame = Math.Max(options.Events.MaxBytes, options.Delivery.MaxBytes) + FrameOverhead;
        return ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            akka {
              log-config-on-start = off
              # Speaks before the host's log does and after it: only of trouble, and not on the channel of a host's own output.
              stdout-loglevel = WARNING
              stdout-logger-class = "{{typeof(AkkaLastLog).AssemblyQualifiedName}}"
              actor.provider = cluster
              # The scheduler wakes the process at each tick, so an idle node pays for it. Timers of actors may be late by one; what has to be more exact uses the TimeProvider.
              scheduler.tick-duration = 50ms
              actor.internal-dispatcher {
                type = ForkJoinDispatcher
                throughput = 30
                executor = fork-join-executor
                dedicated-thread-pool { thread-count = 4, deadlock-timeout = 3s, threadtype = background }
              }
              coordinated-shutdown {
                run-by-clr-shutdown-hook = off
                exit-clr = off
                phases.cluster-sharding-shutdown-region.timeout = {{options.LeaveTimeout.TotalMilliseconds}}ms
              }
              remote.dot-netty.tcp {
                hostname = "{{cluster.Hostname}}"
                port = {{cluster.Port}}
                maximum-frame-size = {{frame}}b
                send-buffer-size = {{2 * frame}}b
                receive-buffer-size = {{2 * frame}}b
              }
              cluster {
                # Whether it forms or joins a cluster, a node decides by the journal.
                seed-nodes = []
                roles = [{{string.Join(", ", roles.Select(r => $"\"{r}\""))}}]
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                # A node that is silent is unreachable after some 4 s and taken out 2 s later; what ran on it starts elsewhere at once, for lease and unique index keep out one that wakes up.
                split-brain-resolver { active-strategy = keep-majority, stable-after = 2s, down-all-when-unstable = 15s }
                down-removal-margin = 100ms
                failure-detector.acceptable-heartbeat-pause = 3s
                unreachable-nodes-reaper-interval = 500ms
                # A node that leaves is let go when all have heard of it: three rounds.
                gossip-interval = 300ms
                leader-actions-interval = 300ms
                shutdown-after-unsuccessful-join-seed-nodes = off
                # Says "not found after 30 s" at the first look, before the singleton can be there.
                singleton-proxy.log-singleton-identification-failure = off
                sharding {
                  state-store-mode = ddata
                  remember-entities = off
                  passivate-idle-entity-after = off
                  distributed-data.durable.keys = []
                  retry-interval = 1s
                  # A shard that is to move from a node which falls silent just then waits for this time, although that node is taken out before: its coordinator hears of it only once.
                  # An entity whose append takes longer than all but 5 s of it is stopped, and begins anew where the shard goes.
                  handoff-timeout = 10s
                  rebalance-interval = 3s
                  least-shard-allocation-strategy { rebalance-absolute-limit = 20, rebalance-relative-limit = 0.2 }
                  coordinator-failure-backoff = 2s
                }
              }
            }
            """));
    }
}
