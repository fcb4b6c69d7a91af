// The database of Hocuspocus' extension-sqlite: one table, "documents" (name, data), a V1 update
// for each document. To take it over (ypp-relay import), or to go on with it as it is:
//
//   options.extensions.push_back(*ypp::OpenHocuspocusSqlite("db.sqlite"));
#ifndef YPP_TRANSPORT_HOCUSPOCUS_SQLITE_H_
#define YPP_TRANSPORT_HOCUSPOCUS_SQLITE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "transport/hooks.h"

namespace ypp {

// Made when there is none. Reads and writes on the relay's thread, as the original does; for a
// relay with many writers its own database is the better one.
absl::StatusOr<std::shared_ptr<Extension>> OpenHocuspocusSqlite(const std::string& path);

struct ImportResult {
  size_t documents = 0;
  // Documents that are no updates, or lack parts; they were left out.
  std::vector<std::string> refused;
};

// Copies all documents of such a file into a relay's database, which no relay may have open. What a
// document there already holds is kept, both are merged. The file is only read.
absl::StatusOr<ImportResult> ImportHocuspocusSqlite(const std::string& path,
                                                    const std::string& database);

}  // namespace ypp

#endif  // YPP_TRANSPORT_HOCUSPOCUS_SQLITE_H_
