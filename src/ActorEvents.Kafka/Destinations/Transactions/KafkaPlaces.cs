using ActorEvents.Kafka.Clients;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>
/// The relay's places as Kafka has them: the offset of a topic's partition 0 in a group without members, which is stored in the transaction of the records. Each incarnation of a topic
/// has a group of its own, and each epoch of the journal: what was published before it was restored says nothing of what it holds now.
/// </summary>
/// <param name="restores">Highest ordering of the journal at each of its restores.</param>
internal sealed class KafkaPlaces(KafkaTopics topics, string journalId, IReadOnlyList<long> restores)
{
    /// <summary>With what all transactional ids and groups of relays begin.</summary>
    public const string Prefix = "ae-relay.";

    /// <summary>Fences what a former relay of the journal sends to the topic.</summary>
    public string TransactionalId(string topic) => $"{Prefix}{journalId}.{topic}";

    public string Group(string topicId) => Group(topicId, restores.Count);

    /// <summary>Everything up to this ordering is in the topic; null: nothing is known.</summary>
    public async Task<long?> ReadAsync(string topic, string topicId, CancellationToken cancellationToken)
    {
        // What an earlier epoch has published holds as far as the journal was the same.
        var same = long.MaxValue;
        for (var epoch = restores.Count; epoch >= 0; epoch--)
        {
            if (await topics.GroupOffsetAsync(Group(topicId, epoch), topic, cancellationToken) is { } place)
            {
                return Math.Min(place, same);
            }

            same = epoch > 0 ? Math.Min(same, restores[epoch - 1]) : same;
        }

        return null;
    }

    private string Group(string topicId, int epoch) => epoch == 0 ? $"{Prefix}{journalId}.{topicId}" : $"{Prefix}{journalId}.{epoch}.{topicId}";
}
