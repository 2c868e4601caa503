using System.Net;
using System.Net.Sockets;

namespace ActorEvents.Tests.Kafka;

/// <summary>Loopback ports for a server that takes several in a row.</summary>
internal static class FreePorts
{
    // Below the range from which the system takes ports for outgoing connections.
    private const int First = 20_000, Last = 32_000;

    /// <summary>The first of so many free ones.</summary>
    public static int Find(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(First, Last - count);
            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
