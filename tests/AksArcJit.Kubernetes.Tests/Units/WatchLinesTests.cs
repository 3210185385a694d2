using System.Text;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Kubernetes.Watching;

namespace AksArcJit.Kubernetes.Tests.Units;

public sealed class WatchLinesTests
{
    [Theory]
    [InlineData("{\"a\":1}\n{\"b\":\"ä\"}\n", 2)]
    [InlineData("{\"a\":1}\n{\"b\":\"ä\"}", 2)]
    [InlineData("", 0)]
    public async Task Read_GivesEachLineWithoutItsEnd(string text, int count)
    {
        // A byte at a time: a letter and a line's end may come in pieces.
        var lines = new WatchLines(new Dripping(Encoding.UTF8.GetBytes(text)));
        var read = new List<string>();
        while (await lines.ReadAsync(Ground.Ct) is { } line)
            read.Add(Encoding.UTF8.GetString(line));

        Assert.Equal(count, read.Count);
        Assert.Equal(text.TrimEnd('\n'), string.Join('\n', read));
    }

    [Fact]
    public async Task Read_WhenALineHasNoEnd_ThrowsAtItsBound()
    {
        var endless = new Dripping(null);

        await Assert.ThrowsAsync<InvalidDataException>(() => new WatchLines(endless).ReadAsync(Ground.Ct));

        Assert.InRange(endless.Position, WatchLines.Longest, WatchLines.Longest + (1 << 20));
    }

    /// <summary>A byte a read; of null, whole buffers of one letter for ever.</summary>
    private sealed class Dripping(byte[]? bytes) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var piece = bytes is null ? buffer.Length : (int)Math.Min(1, bytes.Length - _position);
            if (bytes is null)
                buffer.Span.Fill((byte)'x');
            else if (piece > 0)
                buffer.Span[0] = bytes[_position];
            _position += piece;
            return ValueTask.FromResult(piece);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
