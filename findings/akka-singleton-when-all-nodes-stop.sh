#!/usr/bin/env bash
# Nodes with a cluster singleton that are told to stop together (a whole deployment that is scaled to zero, Ctrl+C at several nodes of one terminal) do not all stop at once: the one that has the
# singleton waits out the whole phase cluster-exiting of CoordinatedShutdown, 10 s, though the others are gone after a second. Its manager offers the singleton to the next oldest node, which is
# leaving as well and starts none; the news that this node was removed, which would end the offer, is passed over by a manager that is exiting itself. Container runtimes that send SIGKILL after
# 10 s kill it there. (A good guess is that a hand-over to a node that is gone ends with it, as it does when the others are stopped first.)
# A shorter hand-over-retry-interval is no cure: it also shortens how long a new node waits until the old one's singleton has ended. (A node that is alone in that phase may take itself down.)
# Seen 2026-11-30 with Akka.Cluster.Tools 1.5.73:
#   the others first: node 3 stopped after 2 s
#   the others first: node 2 stopped after 2 s
#   the others first: node 1, which has the singleton, stopped after 1 s
#   all together: node 2 stopped after 1 s
#   all together: node 3 stopped after 1 s
#   all together: node 1, which has the singleton, stopped after 10 s
# Needs: dotnet 10. Fails if the behaviour changes.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT; cd "$tmp"
cat >stop.csproj <<'P'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup><PackageReference Include="Akka.Cluster.Tools" Version="1.5.73" /></ItemGroup>
</Project>
P
cat >Program.cs <<'P'
using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;

var apart = await StopAsync("the others first", together: false);
var together = await StopAsync("all together", together: true);
Environment.Exit(apart < 6 && together >= 10 ? 0 : 1);

// Seconds that the node with the singleton takes to stop.
static async Task<double> StopAsync(string how, bool together)
{
    var nodes = new List<ActorSystem>();
    for (var i = 0; i < 3; i++)
    {
        var system = Node();
        nodes.Add(system);
        var cluster = Cluster.Get(system);
        cluster.Join(Cluster.Get(nodes[0]).SelfAddress);
        while (cluster.SelfMember.Status != MemberStatus.Up) await Task.Delay(50);
        system.ActorOf(ClusterSingletonManager.Props(Props.Create(() => new One()), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system)), "one");
    }

    while (One.Running == 0) await Task.Delay(50);
    await Task.Delay(2_000);
    var others = nodes.Skip(1).Select(async (n, i) => Console.WriteLine($"{how}: node {i + 2} stopped after {await SecondsAsync(n):0} s")).ToArray();
    if (!together) await Task.WhenAll(others);
    var seconds = await SecondsAsync(nodes[0]);
    await Task.WhenAll(others);
    Console.WriteLine($"{how}: node 1, which has the singleton, stopped after {seconds:0} s");
    return seconds;
}

static async Task<double> SecondsAsync(ActorSystem system)
{
    var watch = Stopwatch.StartNew();
    await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
    return watch.Elapsed.TotalSeconds;
}

static ActorSystem Node() => ActorSystem.Create("stop", ConfigurationFactory.ParseString("""
    akka {
      loglevel = OFF
      stdout-loglevel = OFF
      actor.provider = cluster
      remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
      coordinated-shutdown { run-by-clr-shutdown-hook = off, exit-clr = off }
    }
    """).WithFallback(ClusterSingleton.DefaultConfig()));

sealed class One : UntypedActor
{
    public static volatile int Running;

    protected override void OnReceive(object message) { }

    protected override void PreStart() => Interlocked.Increment(ref Running);

    protected override void PostStop() => Interlocked.Decrement(ref Running);
}
P
dotnet run -v q
