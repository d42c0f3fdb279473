#include "indexer/charset.h"

#include <unicode/ucnv.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LittleMark = "\xFF\xFE";
constexpr std::string_view kUtf16BigMark = "\xFE\xFF";

// Polish letters at the same place in both charsets: ć Ć ę Ę ł Ł ń Ń ó Ó ż Ż; and the no-break space and §.
constexpr std::string_view kBoth = "\xE6\xC6\xEA\xCA\xB3\xA3\xF1\xD1\xF3\xD3\xBF\xAF\xA0\xA7";
// Ą ą Ś ś Ź ź and „ ” “ ‚ ’ ‘ – — … « » of Windows-1250; the rest of its marks are too rare to count.
constexpr std::string_view kOnly1250 =
    "\xA5\xB9\x8C\x9C\x8F\x9F\x84\x94\x93\x82\x92\x91\x96\x97\x85\x95\xAB\xBB";
// Ą ą Ś ś Ź ź of ISO-8859-2.
constexpr std::string_view kOnly8859 = "\xA1\xB1\xA6\xB6\xAC\xBC";

struct ConverterCloser {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

// Throws Error{io} if ICU lacks the converter; false if the bytes are not of that charset.
bool convert(std::string_view bytes, const char* name, std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, ConverterCloser> from(ucnv_open(name, &status));
  const std::unique_ptr<UConverter, ConverterCloser> to(ucnv_open("UTF-8", &status));
  if (U_FAILURE(status)) {
    throw Error(
        ErrorKind::io,
        message(
            "ICU nie zna kodowania {} ({}); sprawdź, czy zainstalowano pełne dane ICU 72 (pakiet libicu72)",
            "ICU does not know the encoding {} ({}); check that the full data of ICU 72 are installed "
            "(package libicu72)",
            name, u_errorName(status)));
  }
  ucnv_setToUCallBack(from.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  ucnv_setFromUCallBack(to.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  text.clear();
  std::array<char, 16384> out;
  std::array<UChar, 8192> pivot;
  UChar* pivot_source = pivot.data();
  UChar* pivot_target = pivot.data();
  const char* source = bytes.data();
  const char* const source_end = source + bytes.size();
  bool reset = true;
  do {
    char* target = out.data();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, out.data() + out.size(), &source, source_end, pivot.data(),
                   &pivot_source, &pivot_target, pivot.data() + pivot.size(), reset, true, &status);
    reset = false;
    text.append(out.data(), static_cast<std::size_t>(target - out.data()));
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  return U_SUCCESS(status);
}

// Which of the two charsets `bytes` are in, unknown if in neither.
Charset guess_legacy(std::string_view bytes) {
  std::array<std::size_t, 256> counts{};
  for (const char c : bytes) ++counts[static_cast<unsigned char>(c)];
  const auto sum = [&](std::string_view set) {
    std::size_t total = 0;
    for (const char c : set) total += counts[static_cast<unsigned char>(c)];
    return total;
  };
  std::size_t high = 0;
  for (std::size_t i = 0x80; i < 256; ++i) high += counts[i];
  const std::size_t both = sum(kBoth);
  const std::size_t windows = sum(kOnly1250);
  const std::size_t iso = sum(kOnly8859);
  const bool is_windows = windows >= iso;
  const std::size_t fitting = both + (is_windows ? windows : iso);
  // Where a tenth does not fit, it is another language, another charset or damage. Polish text has 6 to 9 %
  // of such bytes; the bound leaves room for a file of a few words.
  if (high * 10 > bytes.size() * 6 || fitting * 10 < high * 9) return Charset::unknown;
  return is_windows ? Charset::windows_1250 : Charset::iso_8859_2;
}

}  // namespace

Decoded decode(std::string bytes) {
  Decoded decoded;
  if (bytes.starts_with(kUtf16LittleMark) || bytes.starts_with(kUtf16BigMark)) {
    const char* name = bytes.starts_with(kUtf16LittleMark) ? "UTF-16LE" : "UTF-16BE";
    const bool whole = convert(std::string_view(bytes).substr(2), name, decoded.text);
    decoded.charset = whole ? Charset::utf16 : Charset::unknown;
    if (!whole) decoded.bad_offset = 2;
    return decoded;
  }
  const std::size_t begin = bytes.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0;
  const std::size_t invalid = find_invalid_utf8(std::string_view(bytes).substr(begin));
  if (invalid == std::string_view::npos) {
    decoded.text = std::move(bytes);
    decoded.text.erase(0, begin);
    return decoded;
  }
  decoded.charset = begin > 0 ? Charset::unknown : guess_legacy(bytes);
  decoded.bad_offset = begin + invalid;
  if (decoded.charset != Charset::unknown) {
    const char* name = decoded.charset == Charset::windows_1250 ? "windows-1250" : "ISO-8859-2";
    if (convert(bytes, name, decoded.text)) {
      decoded.bad_offset = std::string::npos;
    } else {
      decoded.charset = Charset::unknown;
    }
  }
  return decoded;
}

const char* charset_name(Charset charset) {
  switch (charset) {
    case Charset::utf8:
      return "UTF-8";
    case Charset::utf16:
      return "UTF-16";
    case Charset::windows_1250:
      return "Windows-1250";
    case Charset::iso_8859_2:
      return "ISO-8859-2";
    case Charset::unknown:
      break;
  }
  return message("nieznane", "unknown");
}

}  // namespace kwerenda
