// Checks on our own logic. Foreign bytes never reach these: they are refused with a Status.
//
// YPP_CHECK holds in every build. YPP_DCHECK holds in builds without NDEBUG and costs nothing
// elsewhere.
#ifndef YPP_CODEC_CHECK_H_
#define YPP_CODEC_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define YPP_CHECK(condition)                                                             \
  do {                                                                                   \
    if (__builtin_expect(!(condition), 0)) {                                             \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

#ifdef NDEBUG
#define YPP_DCHECK(condition) \
  do {                        \
    if (false) {              \
      (void)(condition);      \
    }                         \
  } while (false)
#else
#define YPP_DCHECK(condition) YPP_CHECK(condition)
#endif

#endif  // YPP_CODEC_CHECK_H_
