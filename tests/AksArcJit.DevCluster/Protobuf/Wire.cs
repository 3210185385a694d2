using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Protobuf;

/// <summary>The fields of a protobuf message one after the other. Only length-delimited ones are handed out; numbers are skipped.</summary>
internal ref struct Wire(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public bool Next(out int number, out ReadOnlySpan<byte> value)
    {
        while (_rest.Length > 0)
        {
            var tag = Varint();
            number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    Varint();
                    break;
                case 1:
                    Take(8);
                    break;
                case 2:
                    value = Take(Varint());
                    return true;
                case 5:
                    Take(4);
                    break;
                default:
                    throw Malformed();
            }
        }
        number = 0;
        value = default;
        return false;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
            throw Malformed();
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong Varint()
    {
        ulong result = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            result |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return result;
        }
        throw Malformed();
    }

    private static StatusException Malformed() => Refusals.BadRequest("unable to decode the protobuf message");
}
