// What a case says about how to obfuscate: {"opts": {"formatting": false, …}}, all true by default.
#ifndef YPP_TESTS_EVAL_OBFUSCATE_OPTIONS_H_
#define YPP_TESTS_EVAL_OBFUSCATE_OPTIONS_H_

#include "codec/obfuscate.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

inline ObfuscateOptions ReadObfuscateOptions(const Json& entry) {
  ObfuscateOptions options;
  if (const Json* given = Find(entry, "opts")) {
    options.formatting = BoolOr(*given, "formatting", true);
    options.subdocs = BoolOr(*given, "subdocs", true);
    options.yxml = BoolOr(*given, "yxml", true);
  }
  return options;
}

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_OBFUSCATE_OPTIONS_H_
