// How many files, and so how many connections, this process may have open.
#ifndef YPP_TRANSPORT_OPEN_FILES_H_
#define YPP_TRANSPORT_OPEN_FILES_H_

#include <cstddef>

namespace ypp::transport {

// Raises the soft limit to the hard one: the usual soft limit of 1024 is for programs that use
// select(). Tells the limit that holds from now on; SIZE_MAX where there is none.
size_t RaiseOpenFilesLimit();

// What of the limit there is for connections, when a relay has its database, log and requests open
// besides. At least 1.
size_t ConnectionsWithin(size_t open_files);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_OPEN_FILES_H_
