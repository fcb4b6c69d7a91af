// Boost.JSON is header-only here: this is the one file that holds it.
#include <boost/json/src.hpp>
