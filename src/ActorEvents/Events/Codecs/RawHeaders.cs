using System.Buffers.Binary;
using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// The headers of a record, one behind the other in one piece of memory, in the record's order, repeated names included: no object for each. Read them
/// with foreach; write them with <see cref="Write"/> into bytes of your own, or with <see cref="Of"/>.
/// </summary>
internal readonly ref struct RawHeaders
{
    /// <summary>Bytes that a header takes in this form beside those of its name and value.</summary>
    public const int Overhead = 8;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <param name="bytes">What <see cref="Write"/> wrote, exactly.</param>
    /// <param name="count">How many headers they hold.</param>
    public RawHeaders(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        Count = count;
    }

    public int Count { get; }

    /// <summary>Bytes of all names and values.</summary>
    public int Size => _bytes.Length - (Overhead * Count);

    /// <summary>Writes one header; <paramref name="hasValue"/> is false for null.</summary>
    /// <returns>How many bytes: <see cref="Overhead"/> + name + value.</returns>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public static int Write(Span<byte> to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool hasValue)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], hasValue ? value.Length : -1);
        name.CopyTo(to[Overhead..]);
        value.CopyTo(to[(Overhead + name.Length)..]);
        return Overhead + name.Length + value.Length;
    }

    /// <summary>Headers that stand in objects already; makes one array.</summary>
    public static RawHeaders Of(params ReadOnlySpan<KeyValuePair<string, byte[]?>> headers) => new(Pack(headers), headers.Length);

    /// <summary>The bytes of <see cref="Of"/>, to be kept where headers are always the same.</summary>
    public static byte[] Pack(params ReadOnlySpan<KeyValuePair<string, byte[]?>> headers)
    {
        var length = 0;
        foreach (var (name, value) in headers)
        {
            length += Overhead + Encoding.UTF8.GetByteCount(name) + (value?.Length ?? 0);
        }

        var bytes = new byte[length];
        var at = 0;
        foreach (var (name, value) in headers)
        {
            at += Write(bytes.AsSpan(at), Encoding.UTF8.GetBytes(name), value, value is not null);
        }

        return bytes;
    }

    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>Copies that live on, for a dead letter.</summary>
    internal KeyValuePair<string, ReadOnlyMemory<byte>?>[] ToArray()
    {
        var copies = new KeyValuePair<string, ReadOnlyMemory<byte>?>[Count];
        var i = 0;
        foreach (var header in this)
        {
            copies[i++] = new(Encoding.UTF8.GetString(header.Name), (header.HasValue ? header.Value.ToArray() : null).OrNull());
        }

        return copies;
    }

    /// <summary>Goes through the headers.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> bytes) => _rest = bytes;

        public RawHeader Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var name = BinaryPrimitives.ReadInt32LittleEndian(_rest);
            var value = BinaryPrimitives.ReadInt32LittleEndian(_rest[4..]);
            _rest = _rest[Overhead..];
            Current = new RawHeader(_rest[..name], _rest.Slice(name, Math.Max(0, value)), value >= 0);
            _rest = _rest[(name + Math.Max(0, value))..];
            return true;
        }
    }
}

/// <summary>One header: a view into its record.</summary>
internal readonly ref struct RawHeader
{
    internal RawHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool hasValue)
    {
        Name = name;
        Value = value;
        HasValue = hasValue;
    }

    /// <summary>As on the wire; most likely UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Value { get; }

    /// <summary>False: null.</summary>
    public bool HasValue { get; }
}
