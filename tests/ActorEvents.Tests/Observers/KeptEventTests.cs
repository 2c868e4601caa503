using System.Reflection;
using System.Runtime.InteropServices;
using ActorEvents.Events;
using ActorEvents.Observers;
using CsCheck;

namespace ActorEvents.Tests.Observers;

public sealed class KeptEventTests
{
    private readonly StreamId _stream = StreamId.ForPartition("s", "s", "id", 0);

    [Fact]
    public void Nothing_of_the_event_is_lost()
    {
        var envelope = Event(new byte[100].AsMemory(10, 50), 3, 2);
        var kept = KeptEvent.Of(envelope);
        var attributes = typeof(EventEnvelope).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var property in attributes.Where(p => p.CanWrite && p.Name != nameof(EventEnvelope.Data)))
        {
            var value = property.GetValue(envelope);
            Assert.NotEqual(value?.GetType() is { IsValueType: true } type ? Activator.CreateInstance(type) : null, value);
            Assert.Equal(value, property.GetValue(kept));
        }

        Assert.Equal(envelope.Data.ToArray(), kept.Data.ToArray());
    }

    [Fact]
    public void A_payload_that_is_part_of_a_batch_does_not_keep_the_batch_and_another_is_not_copied()
    {
        var batch = new byte[1_000_000];
        Assert.True(MemoryMarshal.TryGetArray(KeptEvent.Of(Event(batch.AsMemory(10, 50), 1, 0)).Data, out var part));
        Assert.Equal(50, part.Array!.Length);
        Assert.True(MemoryMarshal.TryGetArray(KeptEvent.Of(Event(batch, 1, 0)).Data, out var whole));
        Assert.Same(batch, whole.Array);
    }

    [Fact]
    public void What_is_counted_is_what_is_held_or_a_little_more() =>
        Gen.Select(Gen.Int[0, 3_000], Gen.Int[1, 300], Gen.Int[0, 20]).Sample((data, text, extensions) =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var envelope = Event(new byte[data], text, extensions);
            var held = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(KeptEvent.Bytes(envelope), held, held + 700 + (64 * extensions));
        });

    /// <summary>Every attribute is set, every text an object of its own.</summary>
    private EventEnvelope Event(ReadOnlyMemory<byte> data, int text, int extensions)
    {
        var pairs = new KeyValuePair<string, string>[extensions];
        for (var i = 0; i < extensions; i++)
        {
            pairs[i] = new(new string('n', text), new string('v', text));
        }

        return new EventEnvelope
        {
            Id = new string('i', text),
            Source = new string('s', text),
            Type = new string('t', text),
            Subject = new string('j', text),
            Time = new string('0', text),
            DataContentType = new string('c', text),
            DataSchema = new string('d', text),
            Extensions = pairs,
            Data = data,
            Key = new string('k', text),
            Origin = new EventOrigin(new string('o', text), 1),
            Position = new EventPosition(_stream, 7),
            Size = 60,
        };
    }
}
