#include "analysis/text_compression.h"

// The trainer that does not search for its own parameters is "static only": without a promise for later
// versions. The stable one tries four sets of them and takes twelve times as long for a hundredth of the
// size.
#define ZDICT_STATIC_LINKING_ONLY
#include <zdict.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <new>

namespace kwerenda {
namespace {

constexpr std::size_t kDictionaryBytes = 112u << 10;
constexpr std::size_t kFewestSampleBytes = 1u << 20;
// .53 at level 1, .49 at 2, .47 at 3, .51 at 4 (its tables suit longer texts), at 1.4, 1.15, 1 and .9 of the
// speed.
constexpr int kLevel = 3;
// Every frame begins with these four bytes; they are not stored.
constexpr std::string_view kMagic("\x28\xb5\x2f\xfd", 4);

template <typename T>
T* made(T* object) {
  if (!object) throw std::bad_alloc();
  return object;
}

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

}  // namespace

std::string train_text_dictionary(std::string_view samples, const std::vector<std::size_t>& sizes) {
  if (samples.size() < kFewestSampleBytes) return {};
  std::string dictionary(kDictionaryBytes, '\0');
  ZDICT_fastCover_params_t parameters{};
  parameters.k = 200;
  parameters.d = 8;
  parameters.f = 18;
  parameters.accel = 5;
  parameters.zParams.compressionLevel = kLevel;
  const std::size_t size =
      ZDICT_trainFromBuffer_fastCover(dictionary.data(), dictionary.size(), samples.data(), sizes.data(),
                                      static_cast<unsigned>(sizes.size()), parameters);
  if (ZDICT_isError(size)) return {};  // samples that have nothing in common
  dictionary.resize(size);
  return dictionary;
}

struct TextCompressor::Impl {
  std::unique_ptr<ZSTD_CCtx, Free> context{made(ZSTD_createCCtx())};
  std::unique_ptr<ZSTD_CDict, Free> dictionary;
  std::string frame;  // room that is never given back
};

TextCompressor::TextCompressor(std::string_view dictionary) : impl_(std::make_unique<Impl>()) {
  ZSTD_CCtx* const context = impl_->context.get();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);  // the record has it
  ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0);
  if (dictionary.empty()) return;
  impl_->dictionary.reset(made(ZSTD_createCDict(dictionary.data(), dictionary.size(), kLevel)));
  ZSTD_CCtx_refCDict(context, impl_->dictionary.get());
}

TextCompressor::~TextCompressor() = default;

bool TextCompressor::append(std::string_view text, std::string& out) {
  std::string& frame = impl_->frame;
  if (frame.size() < ZSTD_compressBound(text.size())) frame.resize(ZSTD_compressBound(text.size()));
  const std::size_t size =
      ZSTD_compress2(impl_->context.get(), frame.data(), frame.size(), text.data(), text.size());
  if (ZSTD_isError(size) || size - kMagic.size() >= text.size()) return false;
  out.append(frame, kMagic.size(), size - kMagic.size());
  return true;
}

struct TextDecompressor::Impl {
  std::unique_ptr<ZSTD_DCtx, Free> context{made(ZSTD_createDCtx())};
  std::unique_ptr<ZSTD_DDict, Free> dictionary;
  std::string frame{kMagic};
};

TextDecompressor::TextDecompressor(std::string_view dictionary) : impl_(std::make_unique<Impl>()) {
  if (!dictionary.empty())
    impl_->dictionary.reset(made(ZSTD_createDDict(dictionary.data(), dictionary.size())));
}

TextDecompressor::~TextDecompressor() = default;

bool TextDecompressor::read(std::string_view bytes, std::size_t size, std::string& text) {
  std::string& frame = impl_->frame;
  frame.resize(kMagic.size());
  frame += bytes;
  text.resize(size);
  ZSTD_DCtx* const context = impl_->context.get();
  const std::size_t got = impl_->dictionary
                              ? ZSTD_decompress_usingDDict(context, text.data(), size, frame.data(),
                                                           frame.size(), impl_->dictionary.get())
                              : ZSTD_decompressDCtx(context, text.data(), size, frame.data(), frame.size());
  return !ZSTD_isError(got) && got == size;
}

}  // namespace kwerenda
