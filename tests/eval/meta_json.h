// The clock ranges of an update as cases write them: {"from": [[client, clock], …], "to": [[client,
// clock], …]}.
#ifndef YPP_TESTS_EVAL_META_JSON_H_
#define YPP_TESTS_EVAL_META_JSON_H_

#include "codec/update_algebra.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

inline Json MetaJson(const UpdateMeta& meta) {
  return Any::Object{{"from", PairsJson(meta.from)}, {"to", PairsJson(meta.to)}};
}

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_META_JSON_H_
