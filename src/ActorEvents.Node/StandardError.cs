using System.Text;
using System.Threading.Channels;
using ActorEvents.Telemetry;

namespace ActorEvents.Node;

/// <summary>
/// Standard error for a process that waits for nobody who reads it: what is written lies in a bounded queue, and one thread of its own writes it out. What finds no room there
/// (a full pipe), or cannot be written (a full disk, a terminal that is gone, a closed descriptor), is dropped and counted, and said as soon as a line gets through again. No write
/// blocks, none throws.
/// </summary>
internal sealed class StandardError : TextWriter
{
    private const int MostWrites = 8_192;
    private const int MostCharacters = 1 << 20;
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _waiting = Channel.CreateBounded<string>(new BoundedChannelOptions(MostWrites) { SingleReader = true });
    private readonly ManualResetEventSlim _written = new(true);
    private readonly Stream _out;
    private int _characters;
    private int _unwritten;
    private long _dropped;

    public StandardError(Stream output)
    {
        _out = output;
        new Thread(WriteOut) { IsBackground = true, Name = "actor-events-stderr" }.Start();
    }

    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes that did not get out since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>From now on <see cref="Console.Error"/>, and what logs to it. At the end of the process it is waited for, a second at most.</summary>
    public static void Use()
    {
        var error = new StandardError(Console.OpenStandardError());
        Console.SetError(error);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => error.Flush();
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        // In this order: what is counted is not done before the event is reset.
        Interlocked.Increment(ref _unwritten);
        _written.Reset();
        if (Interlocked.Add(ref _characters, value.Length) > MostCharacters || !_waiting.Writer.TryWrite(value))
        {
            Drop();
            Done(value);
        }
    }

    /// <summary>Waits until all is written, a second at most.</summary>
    public override void Flush() => _written.Wait(s_end);

    private void WriteOut()
    {
        long said = 0;
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_waiting.Reader.TryRead(out var text))
            {
                var dropped = Dropped;
                var news = dropped > said ? $"{dropped - said} write(s) to standard error were dropped: nobody read them, or they could not be written.{NewLine}" : "";
                try
                {
                    _out.Write(Encoding.GetBytes(news + text));
                    said = dropped;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
                {
                    Drop();
                }

                Done(text);
            }
        }
    }

    private void Drop()
    {
        Interlocked.Increment(ref _dropped);
        Metrics.LogDropped();
    }

    private void Done(string text)
    {
        Interlocked.Add(ref _characters, -text.Length);
        if (Interlocked.Decrement(ref _unwritten) == 0)
        {
            _written.Set();
        }
    }
}
