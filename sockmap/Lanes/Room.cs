namespace Jumpgate.Sockmap.Lanes;

/// <summary>Gives out pieces of a range, first fit, and joins what is given back. Not thread-safe.</summary>
public sealed class Room
{
    private readonly SortedDictionary<int, int> _free = [];
    private readonly int _size;

    public Room(int first, int size)
    {
        _size = size;
        _free.Add(first, size);
    }

    /// <summary>How much is given out.</summary>
    public int Used => _size - _free.Values.Sum();

    /// <summary>The beginning of a free piece, or null where none is so long.</summary>
    public int? Take(int length)
    {
        foreach (var (offset, room) in _free)
        {
            if (room >= length)
            {
                _free.Remove(offset);
                if (room > length)
                {
                    _free.Add(offset + length, room - length);
                }

                return offset;
            }
        }

        return null;
    }

    /// <summary>Takes a piece back.</summary>
    public void Give(int offset, int length)
    {
        foreach (var (neighbour, room) in _free)
        {
            if (neighbour + room == offset)
            {
                _free.Remove(neighbour);
                Give(neighbour, room + length);
                return;
            }

            if (offset + length == neighbour)
            {
                _free.Remove(neighbour);
                Give(offset, length + room);
                return;
            }
        }

        _free.Add(offset, length);
    }
}
