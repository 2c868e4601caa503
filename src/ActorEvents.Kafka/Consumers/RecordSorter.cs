using ActorEvents.Kafka.Native;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Sorts what one read brought into the buffers of the partitions, in batches. Poll thread only.</summary>
internal sealed unsafe class RecordSorter(NativeReader reader, AssignedPartitions partitions, ConsumerState state, ClientErrors errors)
{
    private readonly BatchBuilder _builder = new();

    /// <summary>Takes the first <paramref name="count"/> messages of the last read; none is kept, whatever it is.</summary>
    public void Sort(int count)
    {
        AssignedPartition? current = null;
        nint topic = 0;
        var number = -1;
        for (var i = 0; i < count; i++)
        {
            var message = reader[i];
            try
            {
                if (state.Failure is not null)
                {
                    continue;
                }

                if (message->Error == ErrorCode.Local_PartitionEOF)
                {
                    Flush(current);
                    (current, topic, number) = (null, 0, -1);
                    AtEnd(partitions.Find(message->Topic, message->Partition), message->Offset);
                    continue;
                }

                if (message->Error != ErrorCode.NoError)
                {
                    errors.OnMessage(message);
                    continue;
                }

                if (message->Topic != topic || message->Partition != number)
                {
                    Flush(current);
                    (topic, number) = (message->Topic, message->Partition);
                    current = partitions.Find(topic, number);
                }

                // None: of a partition that was just taken away, or after the stop. Below Next: from before a seek.
                if (current is not null && message->Offset >= current.Next)
                {
                    _builder.Add(message);
                    current.Next = message->Offset + 1;
                    if (_builder.IsFull)
                    {
                        Flush(current);
                    }
                }
            }
            finally
            {
                Librdkafka.MessageDestroy(message);
            }
        }

        Flush(current);
    }

    /// <summary>Everything in front of an offset was fetched: what did not come are transaction markers and aborted records, and the stream must not wait for them.</summary>
    private void AtEnd(AssignedPartition? partition, long end)
    {
        if (partition is not null && end > partition.Next)
        {
            partition.Next = end;
            Offer(partition, new KafkaRecordBatch(end));
        }
    }

    private void Flush(AssignedPartition? partition)
    {
        if (!_builder.IsEmpty)
        {
            Offer(partition!, _builder.Take());
        }
    }

    private void Offer(AssignedPartition partition, KafkaRecordBatch batch)
    {
        if (partition.Buffer.Offer(batch))
        {
            partitions.Hold(partition, true);

            // It may have become half empty between the two.
            if (!partition.Buffer.IsFull)
            {
                partitions.Hold(partition, false);
            }
        }
    }
}
