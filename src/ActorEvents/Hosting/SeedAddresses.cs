using System.Net;
using System.Net.Sockets;
using Akka.Actor;

namespace ActorEvents.Hosting;

/// <summary>The seed nodes as addresses. Akka compares addresses as text: this node's own is found however it is spelt.</summary>
internal static class SeedAddresses
{
    /// <param name="self">This node, as the others must write it.</param>
    /// <returns>In their order.</returns>
    public static IReadOnlyList<Address> Of(ClusterOptions options, Address self)
    {
        var own = new Lazy<IPAddress[]>(() => Resolve(self.Host!));
        return [.. options.SeedNodes.Select(seed =>
        {
            var colon = seed.LastIndexOf(':');
            var address = new Address(self.Protocol, self.System, seed[..colon], int.Parse(seed.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
            return address.Port == self.Port && (address.Host == self.Host || Resolve(address.Host!).Any(a => own.Value.Contains(a) || IPAddress.IsLoopback(a) && own.Value.Any(IPAddress.IsLoopback))) ? self : address;
        })];
    }

    private static IPAddress[] Resolve(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return [];
        }
    }
}
