namespace ActorEvents.Tests.Kafka;

/// <summary>What a test does without the server or program it needs.</summary>
internal static class Servers
{
    /// <summary>Null: all is there. Otherwise skips the test with that reason; under CI=true fails it.</summary>
    public static void Require(string? missing)
    {
        if (missing is not null && string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(missing);
        }

        Skip.If(missing is not null, missing);
    }
}
