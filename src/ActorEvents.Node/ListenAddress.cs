using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ActorEvents.Node;

/// <summary>Where the node listens, tried before anything is started: what Kestrel and Akka say of a taken port is pages long.</summary>
internal static class ListenAddress
{
    /// <param name="what">What will listen there.</param>
    /// <param name="port">0: any free one.</param>
    /// <param name="cure">The settings to change.</param>
    /// <exception cref="IOException">Not an address of this machine, or taken.</exception>
    public static IPEndPoint Check(string what, string host, int port, string cure)
    {
        try
        {
            var address = IPAddress.TryParse(host, out var literal) ? literal : Dns.GetHostAddresses(host).MinBy(a => a.AddressFamily)!;
            var endpoint = new IPEndPoint(address, port);
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            return endpoint;
        }
        catch (SocketException e)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{what} cannot listen at {host}:{port}: {e.Message}. Give another port or address ({cure})."), e);
        }
    }
}
