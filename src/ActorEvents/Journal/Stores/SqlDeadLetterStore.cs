using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Journal.Entries.Wire;
using ActorEvents.Journal.Schema;
using ActorEvents.Journal.Writing;
using Google.Protobuf;

namespace ActorEvents.Journal.Stores;

/// <summary>Table <c>ae_dead_letters</c>.</summary>
internal sealed class SqlDeadLetterStore(Dialect dialect, JournalWriter writer, TimeProvider time) : IDeadLetterStore
{
    private const string Insert = """
        INSERT INTO ae_dead_letters (stream, position, handler, reason, record_key, record_value, headers, stored_at)
        VALUES (@stream, @position, @handler, @reason, @key, @value, @headers, @stored)
        ON CONFLICT (stream, position, handler) DO NOTHING
        """;

    public Task StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        if (deadLetters.Count == 0)
        {
            return Task.CompletedTask;
        }

        var stored = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return writer.WriteAsync(
            transaction =>
            {
                foreach (var letter in deadLetters)
                {
                    using var command = transaction.Command(
                        Insert,
                        ("@stream", Printable(letter.Position.Stream.Name)),
                        ("@position", letter.Position.Number),
                        ("@handler", Printable(letter.Handler ?? "")),
                        ("@reason", Printable(letter.Reason)),
                        ("@key", letter.Key?.ToArray()),
                        ("@value", letter.Value?.ToArray()),
                        ("@headers", Headers(letter)),
                        ("@stored", stored));
                    command.ExecuteNonQuery();
                }

                return true;
            },
            cancellationToken);
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) => CountAsync("", cancellationToken);

    public Task<long> CountAsync(string prefix, CancellationToken cancellationToken) => dialect.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.Command("SELECT count(*) FROM ae_dead_letters WHERE stream LIKE @streams", ("@streams", prefix + "%"));
            return await command.NumberAsync(token);
        },
        cancellationToken);

    /// <summary>Texts here may quote values from outside; PostgreSQL's text takes neither NUL nor half a surrogate pair. The raw bytes stand beside them.</summary>
    private static string Printable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '␀');

    private static byte[] Headers(DeadLetter letter)
    {
        var wire = new DeadLetterHeaders();
        foreach (var (name, value) in letter.Headers)
        {
            var header = new DeadLetterHeader { Name = name };
            if (value is { } bytes)
            {
                header.Value = UnsafeByteOperations.UnsafeWrap(bytes);
            }

            wire.Headers.Add(header);
        }

        return wire.ToByteArray();
    }
}
