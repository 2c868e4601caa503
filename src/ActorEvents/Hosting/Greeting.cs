using System.Buffers.Binary;
using System.Net.Sockets;
using ActorEvents.Hosting.Wire;
using Akka.Actor;
using Google.Protobuf;

namespace ActorEvents.Hosting;

/// <summary>
/// Who answers at an address. Akka drops, without a word, what is for another name or spelling than its own; so a node that is not taken in begins a connection as Akka does, under a name
/// of its own that is no member's, and is told the other's.
/// </summary>
internal static class Greeting
{
    private const int MaxAnswer = 4 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <returns>What is there, in words.</returns>
    public static async Task<string> AskAsync(Address asked, Address self)
    {
        using var patience = new CancellationTokenSource(s_patience, TimeProvider.System);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(asked.Host!, asked.Port ?? 0, patience.Token);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "nobody listens",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "no such host is known here",
                _ => $"not reached: {e.Message}",
            };
        }
        catch (OperationCanceledException)
        {
            return "no answer";
        }

        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Frame(self), patience.Token);
            var answer = new byte[sizeof(int)];
            await stream.ReadExactlyAsync(answer, patience.Token);
            if (answer.AsSpan().SequenceEqual("HTTP"u8))
            {
                return "is no node but a port of HTTP";
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(answer);
            if (length is <= 0 or > MaxAnswer)
            {
                return "is no node: what it answers is another protocol";
            }

            answer = new byte[length];
            await stream.ReadExactlyAsync(answer, patience.Token);
            return Wire.Frame.Parser.ParseFrom(answer).Instruction?.Handshake?.Origin is { } origin ? Compare(asked, origin) : "is no node: what it answers is another protocol";
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidProtocolBufferException)
        {
            return "closes the connection: no node, or one with other settings of TLS";
        }
        catch (OperationCanceledException)
        {
            return "listens, and says nothing: no node, or one that hangs";
        }
    }

    private static string Compare(Address asked, Origin origin) =>
        origin.System != asked.System ? $"a node with cluster.name = {origin.System}; here it is {asked.System}"
        : origin.Hostname != asked.Host || origin.Port != asked.Port ? $"a node that calls itself {origin.Hostname}:{origin.Port}: write it so"
        : "a node, has not taken this one in yet";

    private static byte[] Frame(Address self)
    {
        var message = new Frame
        {
            Instruction = new Instruction
            {
                Command = 1,
                Handshake = new Handshake { Origin = new Origin { System = self.System + "-greeting", Hostname = self.Host, Port = (uint)(self.Port ?? 0), Protocol = self.Protocol }, Uid = 1 },
            },
        };
        var frame = new byte[sizeof(int) + message.CalculateSize()];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - sizeof(int));
        message.WriteTo(frame.AsSpan(sizeof(int)));
        return frame;
    }
}
